//! The implementation of `DataFusion`'s aggregate traits for aggregates whose state is a list of numbers for each group.

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

/// The state of one group. Its result must not depend on the order of rows.
pub trait GroupState: Default + Debug + Send + Sync + Any {
    /// Name of the aggregate.
    const NAME: &'static str;
    /// The typed columns of a batch.
    type Columns<'a>;
    /// Types of the arguments.
    fn argument_types() -> Vec<DataType>;
    /// Type of the result.
    fn result_type() -> DataType;
    /// Downcasts the columns of a batch.
    fn columns(values: &[ArrayRef]) -> Self::Columns<'_>;
    /// Adds a row; a row with a null is ignored.
    fn add(&mut self, columns: &Self::Columns<'_>, row: usize);
    /// Writes the state as numbers.
    fn write_state(&self, into: &mut Int64Builder);
    /// Adds the state of the same group, as written by [`GroupState::write_state`].
    fn merge(&mut self, numbers: &[i64]);
    /// The results of the groups.
    fn results(groups: &[Self]) -> Result<ArrayRef>;
    /// Bytes allocated on the heap.
    fn heap_bytes(&self) -> usize;
}

/// Encodes a number of a state that may be absent.
pub(super) fn packed(number: Option<i32>) -> i64 {
    number.map_or(i64::MIN, i64::from)
}

/// Decodes the result of [`packed`].
pub(super) fn unpacked(number: i64) -> Option<i32> {
    (number != i64::MIN).then(|| number.unwrapped_as::<i32>())
}

/// The aggregate function with this state.
pub fn function<G: GroupState>() -> AggregateUDF {
    AggregateUDF::new_from_impl(Function::<G> { signature: Signature::exact(G::argument_types(), Volatility::Immutable), of: PhantomData })
}

struct Function<G> {
    signature: Signature,
    of: PhantomData<fn() -> G>,
}

impl<G: GroupState> Debug for Function<G> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(G::NAME)
    }
}

// There is one function for each type of state.
impl<G> PartialEq for Function<G> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<G> Eq for Function<G> {}

impl<G: GroupState> Hash for Function<G> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        G::NAME.hash(state);
    }
}

impl<G: GroupState> AggregateUDFImpl for Function<G> {
    fn name(&self) -> &'static str {
        G::NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(G::result_type())
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

/// The states of all groups.
#[derive(Debug)]
struct Groups<G> {
    groups: Vec<G>,
    /// Sum of the groups' heap bytes, kept up to date because `DataFusion` asks for it after every batch.
    heap_bytes: usize,
}

impl<G> Default for Groups<G> {
    fn default() -> Self {
        Self { groups: Vec::new(), heap_bytes: 0 }
    }
}

impl<G: GroupState> Groups<G> {
    fn change(&mut self, group: usize, change: impl FnOnce(&mut G)) {
        let group = &mut self.groups[group];
        let before = group.heap_bytes();
        change(group);
        self.heap_bytes = self.heap_bytes + group.heap_bytes() - before;
    }

    fn emit(&mut self, emit_to: EmitTo) -> Vec<G> {
        let out = emit_to.take_needed(&mut self.groups);
        self.heap_bytes -= out.iter().map(G::heap_bytes).sum::<usize>();
        out
    }
}

impl<G: GroupState> GroupsAccumulator for Groups<G> {
    fn update_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], filter: Option<&BooleanArray>, total: usize) -> Result<()> {
        self.groups.resize_with(total, G::default);
        let columns = G::columns(values);
        for (row, group) in group_indices.iter().enumerate() {
            if filter.is_none_or(|mask| mask.is_valid(row) && mask.value(row)) {
                self.change(*group, |group| group.add(&columns, row));
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        G::results(&self.emit(emit_to))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let mut lists = ListBuilder::new(Int64Builder::new());
        for group in self.emit(emit_to) {
            group.write_state(lists.values());
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
        self.groups.capacity() * size_of::<G>() + self.heap_bytes
    }
}

/// The state of an aggregate without `group by`.
#[derive(Debug)]
struct Whole<G>(Groups<G>);

impl<G: GroupState> Accumulator for Whole<G> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.0.update_batch(values, &vec![0; values[0].len()], None, 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.0.groups.resize_with(1, G::default);
        ScalarValue::try_from_array(&G::results(&self.0.groups)?, 0)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.0.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.0.groups.resize_with(1, G::default);
        let states = self.0.state(EmitTo::All)?;
        states.iter().map(|state| ScalarValue::try_from_array(state, 0)).collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.0.merge_batch(states, &vec![0; states[0].len()], 1)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::*;

    /// The result for one group whose rows are in two batches, of which the second is merged as a state.
    pub fn result_of_two_batches<G: GroupState>(first: &[ArrayRef], second: &[ArrayRef]) -> ArrayRef {
        let (mut whole, mut other) = (Groups::<G>::default(), Groups::<G>::default());
        whole.update_batch(first, &vec![0; first[0].len()], None, 1).unwrap();
        other.update_batch(second, &vec![0; second[0].len()], None, 1).unwrap();
        let states = other.state(EmitTo::All).unwrap();
        assert_eq!(other.heap_bytes, 0);
        whole.merge_batch(&states, &[0], 1).unwrap();
        whole.evaluate(EmitTo::All).unwrap()
    }
}
