-- title = "The pupils that a list has room for"
-- about = "Those of caseload.list within the school's capacity, with the number that each goes by inside the program, and the band in which an ordinary week of theirs lies: shift_band_sd standard deviations about the usual rate, over a week of five days. The usual rate is that of absence_shift_z."
-- grain = "one row a pupil on a list and as_of"
-- key = ["as_of", "pupil_key"]
-- owner = "school integration team"
-- cites = ["indicators: absence_shift_z"]
-- keep = "once"
-- order = ["pupil_key"]
-- [columns]
-- as_of = "day for which the view is made; nothing recorded after it counts, date"
-- pupil = "number of the pupil in this store, for joining and grouping, whole number"
-- pupil_key = "pseudonym of the pupil, the same over years and schools, 32 hexadecimal digits"
-- usual_low = "lower end of the band of the pupil's usual weekly absence rate, share from 0 to 1; empty with too few earlier days"
-- usual_high = "upper end of the band of the pupil's usual weekly absence rate, share from 0 to 1; empty with too few earlier days"
with read_list as (
    select as_of, pupil_key
    from caseload.list
    where on_list
),
read_pupils as (
    select as_of, pupil, pupil_key, school_id, before_absent, before_recorded
    from indicators.pupil
),
read_policy as (
    select school_id, shift_band_sd, shift_min_before, shift_prior_absent, shift_prior_recorded
    from run.policy_school
),
weigh_usual as (
    select
        l.as_of,
        i.pupil,
        i.pupil_key,
        s.shift_band_sd as sd,
        case when i.before_recorded >= s.shift_min_before and s.shift_prior_recorded > 0
            then (i.before_absent + s.shift_prior_absent) / (i.before_recorded + cast(s.shift_prior_recorded as double))
        end as rate
    from read_list l
    inner join read_pupils i on i.as_of = l.as_of and i.pupil_key = l.pupil_key
    inner join read_policy s on s.school_id = i.school_id
)
select
    as_of,
    pupil,
    pupil_key,
    case when rate is not null then greatest(0.0, rate - sd * sqrt(rate * greatest(0.0, 1 - rate) / 5)) end as usual_low,
    case when rate is not null then least(1.0, rate + sd * sqrt(rate * greatest(0.0, 1 - rate) / 5)) end as usual_high
from weigh_usual
