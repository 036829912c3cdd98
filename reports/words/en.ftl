# Every word that Pranë shows, in English. The same ids stand in sq.ftl.
# Lists speak of support: no word here judges a child.

# --- levels of support
level-3 = contact now
level-2 = plan support
level-1 = keep in view
level-0 = no level

# --- what became of a pupil since the last list
status-new = new
status-worsening = worsening
status-continuing = continuing
status-improving = improving
status-returned = back on the list
status-in_care = being followed up
status-last_known = as last known
status-off = off the list
cause-resolved = attendance or marks have recovered
cause-transferred = moved to another school
cause-left = enrolment ended
cause-turned_16 = turned 16
cause-corrected = the records were corrected
cause-not_assessable = too few records this week

# --- why a pupil is not assessable
why-school_silent = the school has handed in nothing lately
why-no_record = no attendance recorded for this pupil this year
why-thin_record = too few recorded days to say

# --- services of the centres
service-after_school_class = after-school class
service-psychosocial_counselling = psychosocial counselling
service-career_counselling = career counselling
service-peer_support = peer support
service-youth_initiative = youth initiative
service-school_integration = school integration
service-other = other
service-all = all services together

# --- next steps
step-call_family = call the family
step-home_visit = visit the family at home
step-talk_with_pupil = talk with the pupil
step-meet_teachers = meet the teachers
step-plan_support = agree a support plan
step-refer_to_centre = refer to a centre
step-ask_centre = ask at the centre
step-check_register = check the register with the class teacher
step-confirm_enrolment = find out where the child is enrolled
step-follow_up = follow up on the review date
step-keep_in_view = keep in view
step-refer_to_child_protection = refer to the child protection unit

# --- why the ladder asks for more than the flags do
escalation-unexcused_days = { $n ->
    [one] { $n } day in a row without excuse
   *[other] { $n } days in a row without excuse
}
escalation-unanswered_contacts = { $n ->
    [one] { $n } contact without an answer
   *[other] { $n } contacts without an answer
}

# --- what moved a pupil on the list, onto it or off it
mover-attendance = attendance
mover-marks = marks
mover-centre = the centre
mover-transfer = change of school
mover-enrolment = enrolment
mover-records = too few or enough records
mover-correction = corrected records
mover-contact = a contact

# --- how sure the records make us
confidence-clear = clear
confidence-borderline = close to the line
confidence-thin = few records

# --- what was done, and what came of it
action-phone_call = phone call
action-message = message
action-talk_with_pupil = talk with the pupil
action-meeting_family = meeting with the family
action-home_visit = home visit
action-meeting_teachers = meeting with teachers
action-referral = referral
action-other = other
outcome-reached = reached
outcome-not_reached = not reached
outcome-plan_agreed = plan agreed
outcome-returned_to_school = back at school
outcome-referred = referred
outcome-no_support_needed = no support needed
outcome-moved_away = family has moved away
outcome-other = other

# --- rules
flag-extended_absence = long run of absence
flag-severe_absence = very many days missed
flag-long_absence = unexcused run of absence
flag-chronic_absence = many days missed
flag-rising_absence = absence rising
flag-worsening_trend = growing week by week
flag-hidden_dropout = marks without attendance
flag-never_arrived = not yet seen
flag-falling_marks = falling marks
flag-failing_subjects = marks below the pass mark
flag-over_age = older than the grade
flag-many_moves = changes of school
flag-left_centre = seldom at the centre
flag-at_centre = at the centre

# --- reasons: one sentence, with its numbers
since-tail = { $dated ->
    [yes] {" "}since { $since }
   *[no] {""}
}
recent-tail = { $recent ->
    [yes] ; { $absent } of the last { $recorded } days
   *[no] {""}
}
usual-tail = { $compared ->
    [yes] { $usual ->
        [0] ; usually none
       *[other] ; usually { $usual } of { $recorded }
    }
   *[no] {""}
}
reason-extended_absence = { $n ->
    [one] Absent on the last recorded day{ since-tail }.
   *[other] Absent on every one of the last { $n } recorded days{ since-tail }.
}
reason-severe_absence = Missed { $rate } of days this school year (the line is { $rate-line }){ recent-tail }.
reason-long_absence = { $n ->
    [one] Absent without excuse on the last recorded day{ since-tail }.
   *[other] Absent without excuse for { $n } days in a row{ since-tail }.
}
reason-chronic_absence = Missed { $rate } of days this school year (the line is { $rate-line }){ recent-tail }.
reason-rising_absence = { $recent ->
    [yes] Missed { $absent } of the last { $recorded } days{ usual-tail }.
   *[no] Far more absence of late than usual.
}
reason-worsening_trend = Absence has grown by about { $points } percentage points a week{ since-tail }{ recent-tail }.
reason-hidden_dropout = { $recent ->
    [yes] Present on { $present } of the last { $recorded } days, yet marks were entered.
   *[no] Hardly present of late, yet marks were entered.
}
reason-never_arrived = Enrolled, but not yet seen: { $n ->
    [one] { $n } school day
   *[other] { $n } school days
} recorded{ since-tail }.
reason-falling_marks = Mean mark { $n } lower than last term.
reason-failing_subjects = Below the pass mark in { $n ->
    [one] { $n } subject
   *[other] { $n } subjects
} this term.
reason-over_age = { $n ->
    [one] { $n } year
   *[other] { $n } years
} older than is usual for the grade.
reason-many_moves = { $n ->
    [one] { $n } change
   *[other] { $n } changes
} of school in the last 12 months.
reason-left_centre = Came to { $rate } of recent sessions at the centre{ since-tail }.
reason-at_centre = Something at the centre: ask there.
reason-other = { $flag }: { $value } (the line is { $line }){ since-tail }.

# --- head of every page
title-list = { $place }: list of { $date }
title-overview = Overview of { $date }
title-index = { $project }: { $date }
tagline = weekly list
proposes = The list proposes; a person decides.
proposes-more = It is drawn from registers, which can be wrong or late. Ask before you act.
as-of = List of
data-through = Data through
coverage = Register filled
coverage-tip = share of enrolled pupil-days of the last four school weeks with a record
pupils = Pupils
participants = Participants
left-off = No room this week
not-known-mark = cannot be said: too little is recorded
levels-of-all = Levels count every pupil who has one, those without a place on a list too; the front page and the lists count places.
not-assessable = Not assessable
run = Run
program = Program
none-recorded = nothing recorded yet
skip = To the list
skip-main = To the contents
page = Page
contents = Contents
stale = { $days ->
    [one] The records are { $days } day older than they should be. What happened since is not in this list.
   *[other] The records are { $days } days older than they should be. What happened since is not in this list.
}
last-known = { $days ->
    [one] The pupils marked “as last known” are from the list of { $date }, { $days } day ago: since then there are no or too few records of them. Nothing of theirs is settled.
   *[other] The pupils marked “as last known” are from the list of { $date }, { $days } days ago: since then there are no or too few records of them. Nothing of theirs is settled.
}
capacity-line = { $left ->
    [0] There is room for { $capacity }; nobody was left off.
    [one] There is room for { $capacity }; { $left } more pupil has reasons but found no room this week.
   *[other] There is room for { $capacity }; { $left } more pupils have reasons but found no room this week.
}

# --- the list
list = The list
rank = No.
name = Name
class = Class
school = School
centre = Centre
centres = Centres
level = Level
level-and-status = Level, and since last week
status = Since last week
reasons = Why
next-step = Next step
last-contact = Last contact
review-on = review on { $date }
review-date = Review
suggested = suggested: { $service }
by = by { $who }
weeks-on-list = { $weeks ->
    [one] { $weeks } week on the list
   *[other] { $weeks } weeks on the list
}
no-contact = none yet
no-date = –
review-due = review due
because = moved by
search = Search
tools = Search and filter
all-of = all
clear = Clear
hide-names = Hide names
shown = { $shown } of { $all } shown
offer = { $centre }: { $known ->
    [yes] { $room ->
        [0] full
        [one] { $room } free place
       *[other] { $room } free places
    }
   *[no] free places not known
}{ $waiting ->
    [0] {""}
   *[other] , { $waiting } waiting
}
offer-more = { $n ->
    [one] { $n } more centre offers it.
   *[other] { $n } more centres offer it.
}
list-empty = Nobody needs to be on this list this week.
list-not-known = Who needs to be on this list cannot be said: there are no or too few records since { $date }.
list-no-data = No data yet: nobody can be assessed before there are records.
next-in-line = Next in line
next-in-line-about = { $n ->
    [one] With room for one more, this pupil would be on the list.
   *[other] With room for { $n } more, these pupils would be on the list.
}

# --- cards
cards = Pupil by pupil
cards-about = One card for each pupil on the list.
cards-use = The days show whether absence comes one by one, in a row, or on the same weekday; the weeks show since when it differs from what is usual for this child; the marks show in which subject help is wanted.
subject = Subject
term = Term { $n }
certainty = certainty
owner = Followed by
owner-none = nobody yet
fill-title = This week's contact
fill-date = Date
fill-by = By
fill-action = Action
fill-outcome = Outcome
fill-note = Note
fill-review = Review on
fill-owner = Followed by
key-band = ordinary weeks
card-days = Day by day
card-weeks = By week
card-marks = Mean marks by term
card-contacts = Contacts
contacts-earlier = { $n ->
    [one] and { $n } earlier one
   *[other] and { $n } earlier ones
}
card-services = At the centre
card-none = Nothing recorded.
known-yes = known to a centre
known-no = not known to a centre
key-own = this pupil
key-usual = own usual { $rate }
key-school = school
day-present = present
day-absent = absent
day-excused = excused
day-late = late
day-part = part of the day
day-not_recorded = not recorded
day-disrupted = whole school away
recent-days = missed { $absent } of the last { $recorded } days
year-rate = { $rate } of days this school year
streak = { $days ->
    [one] absent on the last recorded day
   *[other] absent on the last { $days } recorded days
}

# --- further sections
not-assessable-about = The records do not say enough about these pupils: they count neither as present nor as absent.
not-assessable-empty = The records say enough about every pupil.
why = Why not
last-recorded = Last record
receipt = The list you sent back
receipt-taken = { $n ->
    [one] It was read on { $date }: { $n } line was taken.
   *[other] It was read on { $date }: { $n } lines were taken.
}
receipt-all = Nothing was left out.
receipt-about = These were not taken as they were written. Mend them in the workbook and send it back again; lines that were taken are not counted twice.
receipt-row = Row
receipt-column = Column
receipt-written = Written
receipt-missing = the cell is empty: the line was not taken
receipt-unknown_pupil = no pupil has this number: the line was not taken
receipt-other_place = this pupil is neither of this place nor on this list: the line was not taken
receipt-day_to_come = this day has not come yet: the line is read again on that day
receipt-not_a_day = this is not a date: the line was not taken
receipt-kept_with_note = not a word of the list or not a date: the line was taken, and what you wrote is kept with the note
receipt-unreadable = this cannot be read: the line was not taken
changes = What changed since last week
changes-empty = Nothing has changed since the last list.
level-before = Before
level-now = Now
level-from-to = level { $before } → { $now }
level-at = level { $level }
level-was = was at level { $level }
moves-new = New on the list
moves-worsening = Needing more support
moves-improving = Improving
moves-returned = Back on the list
moves-in_care = Being followed up
moves-continuing = Continuing
moves-off = Off the list
events = Days on which the whole school was away
events-about = Such days count in no pupil's figures.
events-line = { $date }: { $rate } of pupils absent
events-empty = None this school year.
charts = The school as a whole
charts-centre = Pupils' levels over the weeks
chart-levels = Pupils with a level, those without a place on the list too, week by week
chart-grades = Absence by grade level
chart-flow = Between levels, since the list before
chart-flow-text = Since the list before: { $came } came onto a level, { $up } went to a more urgent one, { $same } stayed, { $down } went to a less urgent one, { $left } are without a level now.
flow-came = new
flow-up = more urgent
flow-same = stayed
flow-down = less urgent
flow-left = no level now
flow-use = Shows whether the children who need support become more or fewer.
flow-empty = There is no list before this one yet.
chart-classes = Absence by class and weekday
classes-use = Recent weeks. Shows with which class teacher, and about which day, to talk.
classes-blank = Blank: too few records.
week-whole = All
chart-empty = No data yet.
chart-week-title = Absence by week
chart-week-text = { $weeks ->
    [one] One school week
   *[other] { $weeks } school weeks
} from { $first }: between { $low } and { $high } of days missed, { $last } in the latest week{ $compared ->
    [yes] ; own usual { $usual }
   *[no] {""}
}.
chart-strip-text = { $days ->
    [one] One school day
   *[other] { $days } school days
} from { $first } to { $last }: { $absent } absent, { $excused } excused, { $late } late, { $part } for part of the day, { $missing } not recorded.
chart-levels-text = Latest week: { $three } contact now, { $two } plan support, { $one } keep in view.
chart-grades-text = Highest in grade { $grade } with { $rate }.
chart-trend-text = { $weeks ->
    [one] One school week
   *[other] { $weeks } school weeks
}: between { $low } and { $high } of days missed, { $last } in the latest week.
grade = Grade
absence-rate = Absence

# --- centres
participants-title = Participants and their school attendance
participants-empty = No participants are enrolled.
stopped = Stopped coming to the centre
stopped-about = Enrolled here, but seldom or not at all at recent sessions.
stopped-empty = Everybody enrolled has been coming.
referrals = Children who might be referred here
referrals-about = From this municipality, with reasons, and enrolled at no centre.
referrals-empty = No such children this week.
services = Services
sessions = Sessions attended
sessions-of = { $attended } of { $held }
last-attended = Last attended
school-recent = Absent at school lately
school-usual = Usually
not-linked = not linked to a school record

# --- overview
overview-about = Counts and rates without names, for coordinators.
suppressed-note = Counts of fewer than { $min } pupils are not shown (·); where one could be worked out from the others, a second is left out too.
suppressed = too few to show
held-note = A number is shown again as it was last until it has changed by { $min } or more, so that no two of these pages tell about a single child.
coded-note = A rate that rests on fewer than { $min } children is shown only as below or above a bound, or not at all.
rate-below = < { $rate }
rate-above = > { $rate }
by-region = By region
by-municipality = By municipality
by-grade = By grade level
by-sex = By sex
schools-title = School by school
trend = Absence over the year
trends = Municipality by municipality
trends-use = Full line: the municipality; number: its latest week; dotted line: all schools together. The scale is the same, so that it can be seen where to look first.
overview-foot = Overview
reach = Whom the centres reach
programme = School absence before and after joining a centre
programme-about = This is what happened next to the service, not what the service did: children often join at their worst moment and would have come back part of the way by themselves.
month = Month
attending = Came at least once
children = Children
less-absent = Less absent after
absence-before = Absence before
absence-after = Absence after
school-before = Their schools before
school-after = Their schools after
beside-school = Change beside school (points)
assessable = Assessable
region = Region
municipality = Municipality
sex = Sex
sex-F = girls
sex-M = boys
sex-none = not recorded
service = Service
session-attendance = Sessions attended
schools-silent = { $n ->
    [0] Every school's records are up to date.
    [one] { $n } school has records that are stale or missing.
   *[other] { $n } schools have records that are stale or missing.
}
stale-mark = stale
overview-empty = No data yet.

# --- front page
index-schools = Schools
index-centres = Centres
index-files = For everyone
index-empty = No lists were made: there are no data yet.
index-notes = Notes of this run
no-extract-schools = No list of schools was handed in: codes stand for their names, without region or municipality.
no-extract-enrolments = No enrolments were handed in: a pupil counts as enrolled from the first day recorded; classes and grades are not known.
no-extract-calendar = No calendar was handed in: session days are inferred from the days recorded.
no-extract-marks = No marks were handed in: rules about marks are switched off.
no-extract-pupils = No list of pupils was handed in: lists show the pupil's number, without names and ages.
no-extract-centre-participants = No participants of centres were handed in: rules about centres are switched off.
no-extract-other = A table was not handed in.
note-file-refused = { $file } was refused; the last good data count. Whoever runs the program sees why.
note-rows-rejected = { $file }: { $rows ->
    [one] one row is
   *[other] { $rows } rows are
 } not used. Whoever runs the program sees why.
note-file-read = { $file } was read, with something for whoever runs the program to look at.
files = Files
sealed-mark = encrypted

# --- workbook
sheet-list = List
sheet-help = How to
sheet-last-what = Last action and outcome
sheet-due = Review due
sheet-contact-date = Contact date
sheet-by = Contact by
sheet-action = Action
sheet-outcome = Outcome
sheet-review-date = Next review on
sheet-note = Note
sheet-unknown = not on this list
sheet-page = page { $page } of { $pages }
pupil-id = Pupil number
grade-level = Grade
weeks = Weeks on list
rate-year = Absence this year
recent-absent = Absent lately (days)
recent-recorded = Recorded lately (days)
rate-before = Absence before
streak-days = Absent in a row (days)
mark-change = Change of mean mark
failing = Subjects below pass
suggested-service = Suggested service
contact-by = Last contact by
confidence = Certainty
on-the-list = Room this week
yes = yes
no = no
bad-date-title = Not a date
bad-date = Please enter a date within a year of this list, such as 12.3.2021 or 2021-03-12.
bad-choice-title = Not in the list
bad-choice = Please choose one of the list, or "other" with a note.
bad-pupil = This number is not on this list. Keep it only if you are sure of it.
tip-pupil = How your entry finds its way back. Below the list, choose the number in the cell; the name appears by itself.
tip-date = The day of the contact, such as 12.3.2021 or 2021-03-12.
tip-by = Who made the contact: a name or an office, always written the same way.
tip-action = What was done. Choose it from the list in the cell; "other" needs a note.
tip-outcome = What came of it. Choose it from the list in the cell; if nobody answered, choose "not reached".
tip-review = The day on which you want to look again. On that day the child stops being followed up, and the list reminds you.
tip-note = Only what helps; needed with "other". It is kept locked away, together with the names.
help-fill = Filling in
help-fill-about = Fill in the yellow columns, one line for each contact. Leave a line empty where nothing was done.
help-second = A second contact
help-second-about = Was there one more contact with the same pupil? Go to the first empty line below the list, choose the pupil number and fill in the line.
help-back = Handing it back
help-back-about = Save the workbook as .xlsx and put it into the project's folder "inbox", or give it to whoever does that. What the file is called does not matter. Add columns of your own behind the last one.
help-then = What happens then
help-then-about = The next list will know. A child counts as being followed up when something was really done and somebody was reached; a call that nobody answered is not enough. On the review date this ends by itself and, if the reasons remain, the list reminds you. A line handed in twice counts once.
help-locked = Locked cells
help-locked-about = The rest is locked against slips, not against you: there is no password. Filters work as they are. To sort or to move columns, lift the protection of the sheet first.
help-not = What the list is not
help-not-about = It is no verdict on a child or a family, no proof and no order. A child who is not on it may need you just as much. It is never a reason for a mark or a punishment.
help-data = Data protection
help-data-about = This file holds the names of children. Keep it where only those who work with these children can read it, do not send it by open e-mail or message, and delete it once you have handed it in.
help-marks = Marks
mark-due = The day agreed for a review has come.
mark-incomplete = Something is missing in the line: a date, who, what was done, or the note with "other".
mark-asked = This cell wants filling, or what it holds is not a date.
mark-no-room = Has reasons, but found no room on this week's list.

# --- months
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

# --- weekdays in short
weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun

# --- subjects (others are shown as they are written)
subject-gjuhe_shqipe = Albanian
subject-matematike = Mathematics
subject-histori = History
subject-gjeografi = Geography
subject-biologji = Biology
subject-fizike = Physics
subject-kimi = Chemistry
subject-anglisht = English

# --- review of links
review-title = The same child? For a person to decide
review-record-name = name at the centre, or under the other number
review-pupil-name = name at the school
review-record-birth = birth date at the centre
review-pupil-birth = birth date at the school
review-record-sex = sex (centre)
review-pupil-sex = sex (school)
review-record-school = school (centre says)
review-pupil-school = schools of the pupil
review-record-id = personal number (centre)
review-pupil-national-id = personal number (school)
review-doubt = why a person is asked
review-weight = weight
review-help-1 = Each row is a record of a centre (or an identification) and a pupil who may be the same child. Rows of one record stand together; the likeliest pupil comes first.
review-help-2 = Write into the yellow columns: decision is same, different or no_pupil (the child is no pupil of any school here); by is who decided; date is the day. Leave a row empty while you are not sure.
review-help-3 = Ask the centre or the school before you guess: a wrong link shows one child's story to people who work with another.
review-help-4 = Drop this workbook into inbox/ as it is. A decision is kept for ever and no later reckoning overrules it; only a later decision does.
review-help-5 = This workbook holds names. Delete it when it has been read, and send it to nobody.
doubt-unlikely = They agree, but not well enough.
doubt-rivals = Another pupil, or another record of the centre, fits nearly as well or better.
doubt-ids = Both personal numbers are known, and they differ.
doubt-birth_dates = The birth dates differ, or are one that many children are entered under: it could be another child of the same name.
doubt-names_only = No personal number and no birth date to tell namesakes apart.
doubt-first_names = The first names could be a brother's, sister's or twin's, also where they are one letter apart.
doubt-last_names = The last names are not the same.
doubt-no_place = A slip in name or birth date, no personal number, and no place in common.
doubt-shared_id = Two pupils have one personal number: it may be one child with two pupil numbers, or two children and a slip. Once decided as the same, it cannot be taken back.
doubt-two_numbers = One pupil left before the other arrived: it may be one child with two numbers. Once decided, it cannot be taken back.

# --- on paper
paper-by-hand-about = One line a contact. Enter it in list.xlsx as well, so that the next list knows of it.
