//! Aggregates that keep numbers for each group: what the engine asks of them, said once.

use std::any::Any;
use std::fmt::{self, Debug, Formatter};
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Builder, ListBuilder};
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use az::UnwrappedAs;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility};

/// What is kept of the rows of a group, in whatever order they come.
pub trait Gathered: Default + Debug + Send + Sync + Any {
    /// Name of the aggregate.
    const NAME: &'static str;
    /// Columns of a batch.
    type Columns<'a>;
    /// Types of the columns.
    fn takes() -> Vec<DataType>;
    /// Type of its answer.
    fn gives() -> DataType;
    /// The columns of a batch, typed.
    fn columns(values: &[ArrayRef]) -> Self::Columns<'_>;
    /// A row comes in; one that has a null says nothing.
    fn add(&mut self, columns: &Self::Columns<'_>, row: usize);
    /// All that is kept, as numbers.
    fn put(&self, into: &mut Int64Builder);
    /// What another kept of the same group comes in.
    fn merge(&mut self, numbers: &[i64]);
    /// The answers of the groups.
    fn answers(groups: &[Self]) -> Result<ArrayRef>;
    /// Bytes that it holds beside itself.
    fn bytes(&self) -> usize;
}

/// A number of [`Gathered::put`] that may be absent.
pub(super) fn packed(number: Option<i32>) -> i64 {
    number.map_or(i64::MIN, i64::from)
}

/// The inverse of [`packed`].
pub(super) fn unpacked(number: i64) -> Option<i32> {
    (number != i64::MIN).then(|| number.unwrapped_as::<i32>())
}

/// The aggregate of a kind of gathering.
pub fn aggregate<G: Gathered>() -> AggregateUDF {
    AggregateUDF::new_from_impl(Function::<G> { signature: Signature::exact(G::takes(), Volatility::Immutable), of: PhantomData })
}

struct Function<G> {
    signature: Signature,
    of: PhantomData<fn() -> G>,
}

impl<G: Gathered> Debug for Function<G> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(G::NAME)
    }
}

// There is one function of a kind.
impl<G> PartialEq for Function<G> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<G> Eq for Function<G> {}

impl<G: Gathered> Hash for Function<G> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        G::NAME.hash(state);
    }
}

impl<G: Gathered> AggregateUDFImpl for Function<G> {
    fn name(&self) -> &'static str {
        G::NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(G::gives())
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new_list(format!("{}[kept]", args.name), Field::new_list_field(DataType::Int64, true), true))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Whole(Groups::<G>::default())))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Groups::<G>::default()))
    }
}

/// Every group of a query.
#[derive(Debug)]
struct Groups<G> {
    groups: Vec<G>,
    /// Bytes that groups hold beside themselves: counted as they come, because the engine asks after every batch.
    held: usize,
}

impl<G> Default for Groups<G> {
    fn default() -> Self {
        Self { groups: Vec::new(), held: 0 }
    }
}

impl<G: Gathered> Groups<G> {
    fn change(&mut self, group: usize, change: impl FnOnce(&mut G)) {
        let group = &mut self.groups[group];
        let before = group.bytes();
        change(group);
        self.held = self.held + group.bytes() - before;
    }

    fn emit(&mut self, emit_to: EmitTo) -> Vec<G> {
        let out = emit_to.take_needed(&mut self.groups);
        self.held -= out.iter().map(G::bytes).sum::<usize>();
        out
    }
}

impl<G: Gathered> GroupsAccumulator for Groups<G> {
    fn update_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], filter: Option<&BooleanArray>, total: usize) -> Result<()> {
        self.groups.resize_with(total, G::default);
        let columns = G::columns(values);
        for (row, group) in group_indices.iter().enumerate() {
            if filter.is_none_or(|kept| kept.is_valid(row) && kept.value(row)) {
                self.change(*group, |group| group.add(&columns, row));
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        G::answers(&self.emit(emit_to))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let mut lists = ListBuilder::new(Int64Builder::new());
        for group in self.emit(emit_to) {
            group.put(lists.values());
            lists.append(true);
        }
        Ok(vec![Arc::new(lists.finish())])
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], total: usize) -> Result<()> {
        self.groups.resize_with(total, G::default);
        let lists = values[0].as_list::<i32>();
        let numbers = lists.values().as_primitive::<Int64Type>().values();
        for (row, group) in group_indices.iter().enumerate().filter(|(row, _)| lists.is_valid(*row)) {
            let [from, to] = [row, row + 1].map(|at| lists.offsets()[at].unsigned_abs() as usize);
            self.change(*group, |group| group.merge(&numbers[from..to]));
        }
        Ok(())
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let rows = values[0].len();
        let mut each = Self::default();
        each.update_batch(values, &(0..rows).collect::<Vec<_>>(), filter, rows)?;
        each.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        self.groups.capacity() * size_of::<G>() + self.held
    }
}

/// All rows as one group.
#[derive(Debug)]
struct Whole<G>(Groups<G>);

impl<G: Gathered> Accumulator for Whole<G> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.0.update_batch(values, &vec![0; values[0].len()], None, 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.0.groups.resize_with(1, G::default);
        ScalarValue::try_from_array(&G::answers(&self.0.groups)?, 0)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.0.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.0.groups.resize_with(1, G::default);
        let kept = self.0.state(EmitTo::All)?;
        kept.iter().map(|kept| ScalarValue::try_from_array(kept, 0)).collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.0.merge_batch(states, &vec![0; states[0].len()], 1)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::*;

    /// The answer for one group whose rows come in two lots, of which one is merged into the other.
    pub fn answer_of_two_lots<G: Gathered>(first: &[ArrayRef], second: &[ArrayRef]) -> ArrayRef {
        let (mut whole, mut other) = (Groups::<G>::default(), Groups::<G>::default());
        whole.update_batch(first, &vec![0; first[0].len()], None, 1).unwrap();
        other.update_batch(second, &vec![0; second[0].len()], None, 1).unwrap();
        let kept = other.state(EmitTo::All).unwrap();
        assert_eq!(other.held, 0);
        whole.merge_batch(&kept, &[0], 1).unwrap();
        whole.evaluate(EmitTo::All).unwrap()
    }
}
