# Çdo fjalë që tregon Pranë, në shqip. Të njëjtat shenja gjenden te en.ftl.
# Listat flasin për mbështetje: asnjë fjalë këtu nuk gjykon një fëmijë.

# --- nivelet e mbështetjes
level-3 = kontakt tani
level-2 = plan mbështetjeje
level-1 = në vëmendje
level-0 = pa nivel

# --- çfarë ndryshoi nga lista e fundit
status-new = hyrje e re
status-worsening = po rëndohet
status-continuing = vazhdon
status-improving = po përmirësohet
status-returned = rikthim në listë
status-in_care = në ndjekje
status-last_known = siç dihej së fundi
status-off = jashtë listës
cause-resolved = frekuentimi ose notat u përmirësuan
cause-transferred = kaloi në shkollë tjetër
cause-left = regjistrimi u mbyll
cause-turned_16 = mbushi 16 vjeç
cause-corrected = të dhënat u korrigjuan
cause-not_assessable = pak të dhëna këtë javë

# --- pse një nxënës nuk mund të vlerësohet
why-school_silent = shkolla nuk ka dorëzuar të dhëna kohët e fundit
why-no_record = asnjë shënim frekuentimi për këtë nxënës këtë vit
why-thin_record = shumë pak ditë të shënuara

# --- shërbimet e qendrave
service-after_school_class = mësim plotësues pas shkollës
service-psychosocial_counselling = këshillim psikosocial
service-career_counselling = këshillim për karrierën
service-peer_support = mbështetje nga bashkëmoshatarët
service-youth_initiative = nismë rinore
service-school_integration = integrim në shkollë
service-other = tjetër
service-all = të gjitha shërbimet

# --- hapat e ardhshëm
step-call_family = telefononi familjen
step-home_visit = vizitoni familjen në shtëpi
step-talk_with_pupil = bisedoni me fëmijën
step-meet_teachers = takohuni me mësuesit
step-plan_support = bini dakord për një plan mbështetjeje
step-refer_to_centre = referojeni te një qendër
step-ask_centre = pyesni te qendra
step-check_register = kontrolloni regjistrin me mësuesin kujdestar
step-confirm_enrolment = sqaroni ku është regjistruar fëmija
step-follow_up = ndiqeni në datën e rishikimit
step-keep_in_view = mbajeni në vëmendje
step-refer_to_child_protection = referojeni te njësia për mbrojtjen e fëmijëve

# --- pse shkalla kërkon më shumë se arsyet
escalation-unexcused_days = { $n ->
    [one] { $n } ditë pa arsye
   *[other] { $n } ditë radhazi pa arsye
}
escalation-unanswered_contacts = { $n ->
    [one] { $n } kontakt pa përgjigje
   *[other] { $n } kontakte pa përgjigje
}

# --- çfarë e lëvizi një nxënës në listë, në hyrje ose në dalje
mover-attendance = frekuentimi
mover-marks = notat
mover-centre = qendra
mover-transfer = ndërrimi i shkollës
mover-enrolment = regjistrimi
mover-records = sasia e shënimeve
mover-correction = korrigjimi i të dhënave
mover-contact = një kontakt

# --- sa të qarta janë të dhënat
confidence-clear = e qartë
confidence-borderline = pranë kufirit
confidence-thin = pak të dhëna

# --- çfarë u bë dhe çfarë rezultoi
action-phone_call = telefonatë
action-message = mesazh
action-talk_with_pupil = bisedë me fëmijën
action-meeting_family = takim me familjen
action-home_visit = vizitë në shtëpi
action-meeting_teachers = takim me mësuesit
action-referral = referim
action-other = tjetër
outcome-reached = u kontaktua
outcome-not_reached = nuk u gjet
outcome-plan_agreed = u ra dakord për një plan
outcome-returned_to_school = u kthye në shkollë
outcome-referred = u referua
outcome-no_support_needed = nuk nevojitet mbështetje
outcome-moved_away = familja është larguar
outcome-other = tjetër

# --- rregullat
flag-extended_absence = mungesë e gjatë
flag-severe_absence = shumë ditë mungese
flag-long_absence = mungesa pa arsye radhazi
flag-chronic_absence = mungesa të shpeshta
flag-rising_absence = mungesa në rritje
flag-worsening_trend = rritje javë pas jave
flag-hidden_dropout = nota pa frekuentim
flag-never_arrived = ende nuk është parë
flag-falling_marks = nota në rënie
flag-failing_subjects = nota nën kufirin kalues
flag-over_age = mbi moshën e klasës
flag-many_moves = ndërrime shkolle
flag-left_centre = rrallë në qendër
flag-at_centre = në qendër

# --- arsyet: një fjali, me numrat e saj
since-tail = { $dated ->
    [yes] {" "}që nga { $since }
   *[no] {""}
}
recent-tail = { $recent ->
    [yes] ; { $absent } nga { $recorded } ditët e fundit
   *[no] {""}
}
usual-tail = { $compared ->
    [yes] { $usual ->
        [0] ; zakonisht asnjë
       *[other] ; zakonisht { $usual } nga { $recorded }
    }
   *[no] {""}
}
reason-extended_absence = { $n ->
    [one] Mungoi ditën e fundit të shënuar{ since-tail }.
   *[other] Mungoi në të gjitha { $n } ditët e fundit të shënuara{ since-tail }.
}
reason-severe_absence = Ka munguar { $rate } të ditëve këtë vit shkollor (kufiri është { $rate-line }){ recent-tail }.
reason-long_absence = { $n ->
    [one] Mungoi pa arsye ditën e fundit të shënuar{ since-tail }.
   *[other] Mungoi pa arsye { $n } ditë radhazi{ since-tail }.
}
reason-chronic_absence = Ka munguar { $rate } të ditëve këtë vit shkollor (kufiri është { $rate-line }){ recent-tail }.
reason-rising_absence = { $recent ->
    [yes] Mungoi { $absent } nga { $recorded } ditët e fundit{ usual-tail }.
   *[no] Kohët e fundit mungon shumë më tepër se zakonisht.
}
reason-worsening_trend = Mungesat janë rritur me rreth { $points } pikë përqindjeje në javë{ since-tail }{ recent-tail }.
reason-hidden_dropout = { $recent ->
    [yes] Ishte në shkollë { $present } nga { $recorded } ditët e fundit, por ka nota të vendosura.
   *[no] Kohët e fundit pothuajse nuk ka qenë në shkollë, por ka nota të vendosura.
}
reason-never_arrived = Ka regjistrim, por ende nuk është parë në shkollë: { $n ->
    [one] { $n } ditë mësimi e shënuar
   *[other] { $n } ditë mësimi të shënuara
}{ since-tail }.
reason-falling_marks = Nota mesatare është { $n ->
    [one] { $n } pikë
   *[other] { $n } pikë
} më e ulët se në periudhën e kaluar.
reason-failing_subjects = Nën notën kaluese në { $n ->
    [one] { $n } lëndë
   *[other] { $n } lëndë
} këtë periudhë.
reason-over_age = { $n ->
    [one] { $n } vit
   *[other] { $n } vjet
} mbi moshën e zakonshme të klasës.
reason-many_moves = { $n ->
    [one] { $n } ndërrim
   *[other] { $n } ndërrime
} shkolle në 12 muajt e fundit.
reason-left_centre = Erdhi në { $rate } të takimeve të fundit në qendër{ since-tail }.
reason-at_centre = Diçka në qendër: pyesni atje.
reason-other = { $flag }: { $value } (kufiri është { $line }){ since-tail }.

# --- kreu i çdo faqeje
title-list = { $place }: lista e datës { $date }
title-overview = Pasqyra e datës { $date }
title-index = { $project }: { $date }
tagline = lista javore
proposes = Lista propozon; vendos një person.
proposes-more = Ajo nxirret nga regjistrat, që mund të kenë gabime ose vonesa. Pyesni para se të veproni.
as-of = Lista e datës
data-through = Të dhëna deri më
coverage = Regjistri i plotësuar
coverage-tip = pjesa e ditëve të nxënësve në katër javët e fundit të mësimit që kanë shënim
pupils = Nxënës
participants = Pjesëmarrës
left-off = Pa vend këtë javë
not-known-mark = nuk mund të thuhet: ka shumë pak shënime
levels-of-all = Nivelet numërojnë çdo nxënës që ka një nivel, edhe ata pa vend në listë; faqja e parë dhe listat numërojnë vendet.
not-assessable = Pa vlerësim
run = Përpunimi
program = Programi
none-recorded = ende asgjë e shënuar
skip = Te lista
skip-main = Te përmbajtja
page = Faqja
contents = Përmbajtja
stale = { $days ->
    [one] Të dhënat janë { $days } ditë më të vjetra se ç'duhet. Ajo që ka ndodhur që atëherë nuk është në këtë listë.
   *[other] Të dhënat janë { $days } ditë më të vjetra se ç'duhet. Ajo që ka ndodhur që atëherë nuk është në këtë listë.
}
last-known = { $days ->
    [one] Nxënësit me shënimin «siç dihej së fundi» janë nga lista e datës { $date }, para { $days } dite: që atëherë për ta ka pak ose aspak shënime. Asgjë e tyre nuk është zgjidhur.
   *[other] Nxënësit me shënimin «siç dihej së fundi» janë nga lista e datës { $date }, para { $days } ditësh: që atëherë për ta ka pak ose aspak shënime. Asgjë e tyre nuk është zgjidhur.
}
capacity-line = { $left ->
    [0] Ka vend për { $capacity }; askush nuk mbeti jashtë.
    [one] Ka vend për { $capacity }; edhe { $left } nxënës ka arsye, por nuk gjeti vend këtë javë.
   *[other] Ka vend për { $capacity }; edhe { $left } nxënës kanë arsye, por nuk gjetën vend këtë javë.
}

# --- lista
list = Lista
rank = Nr.
name = Emri
class = Klasa
school = Shkolla
centre = Qendra
centres = Qendrat
level = Niveli
level-and-status = Niveli dhe ndryshimi
status = Ndryshimi nga java e kaluar
reasons = Pse
next-step = Hapi tjetër
last-contact = Kontakti i fundit
review-on = rishikimi më { $date }
review-date = Rishikimi
suggested = sugjerohet: { $service }
by = nga { $who }
weeks-on-list = { $weeks ->
    [one] { $weeks } javë në listë
   *[other] { $weeks } javë në listë
}
no-contact = ende asnjë
no-date = –
review-due = erdhi koha e rishikimit
because = shkaku
search = Kërko
tools = Kërko dhe përzgjidh
all-of = të gjitha
clear = Pastro
hide-names = Fshih emrat
shown = Shfaqur: { $shown } nga { $all }
offer = { $centre }: { $known ->
    [yes] { $room ->
        [0] pa vende të lira
        [one] { $room } vend i lirë
       *[other] { $room } vende të lira
    }
   *[no] vendet e lira nuk dihen
}{ $waiting ->
    [0] {""}
    [one] , { $waiting } fëmijë në pritje
   *[other] , { $waiting } fëmijë në pritje
}
offer-more = { $n ->
    [one] E ofron edhe { $n } qendër tjetër.
   *[other] E ofrojnë edhe { $n } qendra të tjera.
}
list-empty = Askush nuk ka nevojë të jetë në këtë listë këtë javë.
list-not-known = Nuk mund të thuhet kush duhet të jetë në këtë listë: që prej { $date } ka pak ose aspak shënime.
list-no-data = Ende pa të dhëna: askush nuk mund të vlerësohet para se të ketë shënime.
next-in-line = Të radhës
next-in-line-about = { $n ->
    [one] Me një vend më shumë, në listë do të ishte edhe ky nxënës.
   *[other] Me { $n } vende më shumë, në listë do të ishin edhe këta nxënës.
}

# --- kartelat
cards = Kartelat e nxënësve
cards-about = Një kartelë për çdo nxënës në listë.
cards-use = Ditët tregojnë nëse mungesat vijnë një nga një, radhazi apo në të njëjtën ditë të javës; javët tregojnë që kur ndryshojnë nga ç'është e zakonshme për këtë fëmijë; notat tregojnë në cilën lëndë duhet ndihmë.
subject = Lënda
term = Periudha { $n }
certainty = siguria
owner = E ndjek
owner-none = ende askush
fill-title = Kontakti i kësaj jave
fill-date = Data
fill-by = Kush
fill-action = Veprimi
fill-outcome = Rezultati
fill-note = Shënim
fill-review = Rishikimi më
fill-owner = E ndjek
key-band = javë të zakonshme
card-days = Ditë pas dite
card-weeks = Sipas javëve
card-marks = Notat mesatare sipas periudhave
card-contacts = Kontaktet
contacts-earlier = { $n ->
    [one] dhe { $n } kontakt më i hershëm
   *[other] dhe { $n } kontakte më të hershme
}
card-services = Në qendër
card-none = Asgjë e shënuar.
known-yes = njihet nga një qendër
known-no = nuk njihet nga ndonjë qendër
key-own = ky nxënës
key-usual = zakonisht { $rate }
key-school = shkolla
day-present = në shkollë
day-absent = mungesë
day-excused = mungesë me arsye
day-late = vonesë
day-part = pjesë e ditës
day-not_recorded = pa shënim
day-disrupted = mungoi gjithë shkolla
recent-days = mungoi { $absent } nga { $recorded } ditët e fundit
year-rate = { $rate } e ditëve këtë vit shkollor
streak = { $days ->
    [one] mungoi ditën e fundit të shënuar
   *[other] mungoi { $days } ditët e fundit të shënuara
}

# --- pjesë të tjera
not-assessable-about = Për këta nxënës shënimet nuk thonë mjaft: ata nuk numërohen as të pranishëm, as në mungesë.
not-assessable-empty = Shënimet thonë mjaft për çdo nxënës.
why = Arsyeja
last-recorded = Shënimi i fundit
receipt = Lista juaj e kthyer
receipt-taken = { $n ->
    [one] U lexua më { $date }: u mor { $n } rresht.
   *[other] U lexua më { $date }: u morën { $n } rreshta.
}
receipt-all = Asgjë nuk mbeti jashtë.
receipt-about = Këto nuk u morën ashtu si u shkruan. Ndreqini në tabelë dhe kthejeni përsëri; rreshtat që u morën nuk numërohen dy herë.
receipt-row = Rreshti
receipt-column = Kolona
receipt-written = U shkrua
receipt-missing = qeliza është bosh: rreshti nuk u mor
receipt-unknown_pupil = asnjë nxënës nuk ka këtë numër: rreshti nuk u mor
receipt-other_place = ky nxënës nuk është i këtij vendi dhe as në këtë listë: rreshti nuk u mor
receipt-day_to_come = kjo ditë nuk ka ardhur ende: rreshti do të lexohet përsëri atë ditë
receipt-not_a_day = nuk është datë: rreshti nuk u mor
receipt-kept_with_note = nuk është fjalë e listës ose datë: rreshti u mor, dhe ajo që shkruat u ruajt te shënimi
receipt-unreadable = nuk u lexua dot: rreshti nuk u mor
changes = Çfarë ndryshoi nga java e kaluar
changes-empty = Asgjë nuk ka ndryshuar nga lista e fundit.
level-before = Më parë
level-now = Tani
level-from-to = niveli { $before } → { $now }
level-at = niveli { $level }
level-was = ishte në nivelin { $level }
moves-new = Hyrje të reja në listë
moves-worsening = Kanë nevojë për më shumë mbështetje
moves-improving = Po përmirësohen
moves-returned = Rikthime në listë
moves-in_care = Në ndjekje
moves-continuing = Vazhdojnë
moves-off = Dalje nga lista
events = Ditë kur mungoi gjithë shkolla
events-about = Këto ditë nuk hyjnë në shifrat e asnjë nxënësi.
events-line = { $date }: mungoi { $rate } e nxënësve
events-empty = Asnjë këtë vit shkollor.
charts = Shkolla në tërësi
charts-centre = Nivelet e nxënësve gjatë javëve
chart-levels = Nxënësit që kanë një nivel, edhe ata pa vend në listë, javë pas jave
chart-grades = Mungesat sipas klasave
chart-flow = Lëvizja mes niveleve që nga lista e mëparshme
chart-flow-text = Që nga lista e mëparshme: { $came } hynë në një nivel, { $up } kaluan në një nivel më urgjent, { $same } mbetën, { $down } kaluan në një nivel më pak urgjent, { $left } tani janë pa nivel.
flow-came = të rinj
flow-up = më urgjent
flow-same = mbetën
flow-down = më pak urgjent
flow-left = tani pa nivel
flow-use = Tregon nëse fëmijët që kanë nevojë për mbështetje po shtohen apo po pakësohen.
flow-empty = Ende nuk ka një listë para kësaj.
chart-classes = Mungesat sipas klasës dhe ditës së javës
classes-use = Javët e fundit. Tregon me cilin mësues kujdestar, dhe për cilën ditë, duhet biseduar.
classes-blank = Bosh: pak shënime.
week-whole = Gjithë java
chart-empty = Ende pa të dhëna.
chart-week-title = Mungesat sipas javëve
chart-week-text = { $weeks ->
    [one] Një javë mësimi
   *[other] { $weeks } javë mësimi
} nga { $first }: mungesa nga { $low } deri në { $high } të ditëve, { $last } në javën e fundit{ $compared ->
    [yes] ; zakonisht { $usual }
   *[no] {""}
}.
chart-strip-text = { $days ->
    [one] Një ditë mësimi
   *[other] { $days } ditë mësimi
} nga { $first } deri më { $last }: { $absent } mungesa, { $excused } me arsye, { $late } vonesa, { $part } për një pjesë të ditës, { $missing } pa shënim.
chart-levels-text = Java e fundit: { $three } kontakt tani, { $two } plan mbështetjeje, { $one } në vëmendje.
chart-grades-text = Më shumë mungesa ka klasa { $grade }: { $rate }.
chart-trend-text = { $weeks ->
    [one] Një javë mësimi
   *[other] { $weeks } javë mësimi
}: mungesa nga { $low } deri në { $high } të ditëve, { $last } në javën e fundit.
grade = Klasa
absence-rate = Mungesat

# --- qendrat
participants-title = Pjesëmarrësit dhe frekuentimi i tyre në shkollë
participants-empty = Nuk ka pjesëmarrës të regjistruar.
stopped = Nuk po vijnë më në qendër
stopped-about = Të regjistruar këtu, por rrallë ose aspak në takimet e fundit.
stopped-empty = Të gjithë të regjistruarit kanë ardhur.
referrals = Fëmijë që mund të referohen këtu
referrals-about = Nga kjo bashki, me arsye, dhe të paregjistruar në asnjë qendër.
referrals-empty = Asnjë fëmijë i tillë këtë javë.
services = Shërbimet
sessions = Takime të ndjekura
sessions-of = { $attended } nga { $held }
last-attended = Hera e fundit
school-recent = Mungesa në shkollë kohët e fundit
school-usual = Zakonisht
not-linked = pa lidhje me një regjistër shkolle

# --- pasqyra
overview-about = Numra dhe përqindje pa emra, për koordinatorët.
suppressed-note = Numrat më të vegjël se { $min } nxënës nuk tregohen (·); kur njëri mund të nxirret nga të tjerët, lihet bosh edhe një i dytë.
suppressed = tepër pak për t'u treguar
held-note = Një numër tregohet sërish si herën e fundit derisa të ketë ndryshuar me { $min } ose më shumë, që dy faqe të tilla së bashku të mos tregojnë për një fëmijë të vetëm.
coded-note = Një përqindje që mbështetet në më pak se { $min } fëmijë tregohet vetëm si nën ose mbi një kufi, ose nuk tregohet fare.
rate-below = < { $rate }
rate-above = > { $rate }
by-region = Sipas qarkut
by-municipality = Sipas bashkisë
by-grade = Sipas klasës
by-sex = Sipas gjinisë
schools-title = Sipas shkollës
trend = Mungesat gjatë vitit
trends = Mungesat sipas bashkive
trends-use = Vija e plotë: bashkia; numri: java e fundit; vija me pika: të gjitha shkollat bashkë. Shkalla është e njëjtë, që të duket ku duhet parë së pari.
overview-foot = Pasqyra
reach = Fëmijët në qendra
programme = Mungesat në shkollë para dhe pas ardhjes në qendër
programme-about = Kjo tregon çfarë ndodhi krahas shërbimit, jo çfarë bëri shërbimi: fëmijët shpesh vijnë në çastin më të vështirë dhe një pjesë do të rikthehej edhe vetë.
month = Muaji
attending = Erdhën të paktën një herë
children = Fëmijë
less-absent = Më pak mungesa pas
absence-before = Mungesat para
absence-after = Mungesat pas
school-before = Shkollat e tyre para
school-after = Shkollat e tyre pas
beside-school = Ndryshimi krahas shkollës (pikë)
assessable = Të vlerësueshëm
region = Qarku
municipality = Bashkia
sex = Gjinia
sex-F = vajza
sex-M = djem
sex-none = e pashënuar
service = Shërbimi
session-attendance = Takime të ndjekura
schools-silent = { $n ->
    [0] Të dhënat e çdo shkolle janë të freskëta.
    [one] { $n } shkollë ka të dhëna të vjetra ose asnjë.
   *[other] { $n } shkolla kanë të dhëna të vjetra ose asnjë.
}
stale-mark = të vjetra
overview-empty = Ende pa të dhëna.

# --- faqja e parë
index-schools = Shkollat
index-centres = Qendrat
index-files = Për të gjithë
index-empty = Nuk u bë asnjë listë: ende pa të dhëna.
index-notes = Shënime të këtij përpunimi
no-extract-schools = Nuk u dorëzua lista e shkollave: në vend të emrave qëndrojnë kodet, pa rajon e bashki.
no-extract-enrolments = Nuk u dorëzuan regjistrimet: nxënësi quhet i regjistruar nga dita e parë e shënuar; klasat nuk dihen.
no-extract-calendar = Nuk u dorëzua kalendari: ditët e mësimit nxirren nga ditët e shënuara.
no-extract-marks = Nuk u dorëzuan notat: rregullat për notat nuk zbatohen.
no-extract-pupils = Nuk u dorëzua lista e nxënësve: listat tregojnë numrin e nxënësit, pa emra e mosha.
no-extract-centre-participants = Nuk u dorëzuan pjesëmarrësit e qendrave: rregullat për qendrat nuk zbatohen.
no-extract-other = Një tabelë nuk u dorëzua.
note-file-refused = { $file } nuk u pranua; vlejnë të dhënat e fundit të mira. Arsyen e sheh kush e drejton programin.
note-rows-rejected = { $file }: { $rows ->
    [one] një rresht nuk u përdor
   *[other] { $rows } rreshta nuk u përdorën
 }. Arsyen e sheh kush e drejton programin.
note-file-read = { $file } u lexua, me diçka për t'u parë nga kush e drejton programin.
files = Skedarët
sealed-mark = i enkriptuar

# --- libri i punës
sheet-list = Lista
sheet-help = Si plotësohet
sheet-last-what = Veprimi i fundit dhe rezultati
sheet-due = Për rishikim
sheet-contact-date = Data e kontaktit
sheet-by = Kontaktoi
sheet-action = Veprimi
sheet-outcome = Rezultati
sheet-review-date = Rishikimi i ardhshëm më
sheet-note = Shënim
sheet-unknown = nuk është në këtë listë
sheet-page = faqja { $page } nga { $pages }
pupil-id = Numri i nxënësit
grade-level = Viti
weeks = Javë në listë
rate-year = Mungesat këtë vit
recent-absent = Mungesa së fundi (ditë)
recent-recorded = Të shënuara së fundi (ditë)
rate-before = Mungesat më parë
streak-days = Mungesa radhazi (ditë)
mark-change = Ndryshimi i notës mesatare
failing = Lëndë nën notën kaluese
suggested-service = Shërbimi i sugjeruar
contact-by = Kontakti i fundit nga
confidence = Siguria
on-the-list = Vend këtë javë
yes = po
no = jo
bad-date-title = Nuk është datë
bad-date = Shkruani një datë jo më larg se një vit nga kjo listë, p.sh. 12.3.2021 ose 2021-03-12.
bad-choice-title = Nuk është në listë
bad-choice = Zgjidhni një nga lista, ose "tjetër" me një shënim.
bad-pupil = Ky numër nuk është në këtë listë. Mbajeni vetëm nëse jeni të sigurt.
tip-pupil = Me këtë numër shënimi juaj lidhet me nxënësin. Poshtë listës zgjidheni në qelizë; emri del vetë.
tip-date = Dita kur u bë kontakti, p.sh. 12.3.2021 ose 2021-03-12.
tip-by = Kush e bëri kontaktin: emri ose detyra, shkruar gjithmonë njësoj.
tip-action = Çfarë u bë. Zgjidheni nga lista në qelizë; "tjetër" kërkon një shënim.
tip-outcome = Çfarë rezultoi. Zgjidheni nga lista në qelizë; nëse nuk u përgjigj askush, zgjidhni "nuk u gjet".
tip-review = Dita kur doni ta shihni sërish. Atë ditë fëmija nuk quhet më në ndjekje dhe lista ju kujton rishikimin.
tip-note = Vetëm ajo që ndihmon; te "tjetër" është i nevojshëm. Ruhet i kyçur, bashkë me emrat.
help-fill = Plotësimi
help-fill-about = Plotësoni kolonat e verdha, një rresht për çdo kontakt. Lini bosh rreshtin ku nuk u bë asgjë.
help-second = Kontakti i dytë
help-second-about = Pati edhe një kontakt me të njëjtin nxënës? Shkoni te rreshti i parë bosh poshtë listës, zgjidhni numrin e nxënësit dhe plotësoni rreshtin.
help-back = Dorëzimi
help-back-about = Ruajeni skedarin si .xlsx dhe vendoseni te dosja "inbox" e projektit, ose jepjani atij që e bën këtë. Emri i skedarit nuk ka rëndësi. Kolonat tuaja shtojini pas së fundit.
help-then = Çfarë ndodh më pas
help-then-about = Lista e ardhshme do ta dijë. Fëmija quhet në ndjekje kur është bërë vërtet diçka dhe dikush është kontaktuar; një telefonatë pa përgjigje nuk mjafton. Në datën e rishikimit fëmija nuk quhet më në ndjekje dhe, nëse arsyet mbeten, lista ju kujton rishikimin. Rreshti i dorëzuar dy herë numërohet një herë.
help-locked = Qelizat e kyçura
help-locked-about = Pjesa tjetër është e kyçur për të shmangur gabimet, jo për t'ju penguar: nuk ka fjalëkalim. Filtrat funksionojnë edhe kështu. Për të renditur listën ose për të lëvizur kolonat, hiqni më parë mbrojtjen e fletës.
help-not = Çfarë nuk është lista
help-not-about = Nuk është gjykim për një fëmijë ose një familje, as provë, as urdhër. Edhe një fëmijë që nuk është këtu mund të ketë po aq nevojë për ju. Nuk është kurrë arsye për notë ose ndëshkim.
help-data = Mbrojtja e të dhënave
help-data-about = Ky skedar mban emra fëmijësh. Ruajeni aty ku mund ta lexojnë vetëm ata që punojnë me këta fëmijë, mos e dërgoni me postë elektronike ose mesazhe të pambrojtura dhe fshijeni pasi ta keni dorëzuar.
help-marks = Shenjat
mark-due = Ka ardhur dita e caktuar për rishikim.
mark-incomplete = Rreshtit i mungon diçka: data, kush, çfarë u bë, ose shënimi te "tjetër".
mark-asked = Kjo qelizë duhet plotësuar, ose ajo që është shkruar nuk është datë.
mark-no-room = Ka arsye, por nuk gjeti vend në listën e kësaj jave.

# --- muajt
month-1 = janar
month-2 = shkurt
month-3 = mars
month-4 = prill
month-5 = maj
month-6 = qershor
month-7 = korrik
month-8 = gusht
month-9 = shtator
month-10 = tetor
month-11 = nëntor
month-12 = dhjetor

# --- ditët e javës, shkurt
weekday-1 = hën
weekday-2 = mar
weekday-3 = mër
weekday-4 = enj
weekday-5 = pre
weekday-6 = sht
weekday-7 = die

# --- lëndët (të tjerat shkruhen si janë)
subject-gjuhe_shqipe = Gjuhë shqipe
subject-matematike = Matematikë
subject-histori = Histori
subject-gjeografi = Gjeografi
subject-biologji = Biologji
subject-fizike = Fizikë
subject-kimi = Kimi
subject-anglisht = Anglisht

# --- shqyrtimi i lidhjeve
review-title = I njëjti fëmijë? Vendos një njeri
review-record-name = emri në qendër, ose nën numrin tjetër
review-pupil-name = emri në shkollë
review-record-birth = datëlindja në qendër
review-pupil-birth = datëlindja në shkollë
review-record-sex = gjinia (qendra)
review-pupil-sex = gjinia (shkolla)
review-record-school = shkolla (thotë qendra)
review-pupil-school = shkollat e nxënësit
review-record-id = numri personal (qendra)
review-pupil-national-id = numri personal (shkolla)
review-doubt = pse pyetet një njeri
review-weight = pesha
review-help-1 = Çdo rresht është një shënim i një qendre (ose një identifikim) dhe një nxënës që mund të jetë i njëjti fëmijë. Rreshtat e një shënimi qëndrojnë bashkë; nxënësi më i mundshëm vjen i pari.
review-help-2 = Shkruani në kolonat e verdha: decision është same (i njëjti), different (tjetër) ose no_pupil (fëmija nuk është nxënës i asnjë shkolle këtu); by është kush vendosi; date është dita. Lëreni rreshtin bosh derisa të jeni të sigurt.
review-help-3 = Pyesni qendrën ose shkollën para se të hamendësoni: një lidhje e gabuar u tregon historinë e një fëmije atyre që punojnë me një tjetër.
review-help-4 = Vendoseni këtë fletore në inbox/ ashtu siç është. Vendimi ruhet përgjithmonë dhe asnjë llogaritje e mëvonshme nuk e ndryshon; vetëm një vendim i mëvonshëm.
review-help-5 = Kjo fletore mban emra. Fshijeni pasi të jetë lexuar dhe mos ia dërgoni askujt.
doubt-unlikely = Përputhen, por jo mjaftueshëm.
doubt-rivals = Një nxënës tjetër, ose një shënim tjetër i qendrës, përputhet pothuajse po aq ose më mirë.
doubt-ids = Të dy numrat personalë dihen dhe ndryshojnë.
doubt-birth_dates = Datëlindjet ndryshojnë, ose janë një datë me të cilën janë shënuar shumë fëmijë: mund të jetë një fëmijë tjetër me të njëjtin emër.
doubt-names_only = Pa numër personal dhe pa datëlindje për të dalluar ata me të njëjtin emër.
doubt-first_names = Emrat mund të jenë të një vëllai, motre ose binjaku, edhe kur ndryshojnë me një shkronjë.
doubt-last_names = Mbiemrat nuk janë të njëjtë.
doubt-no_place = Një gabim në emër ose datëlindje, pa numër personal dhe pa vend të përbashkët.
doubt-shared_id = Dy nxënës kanë të njëjtin numër personal: mund të jetë një fëmijë me dy numra nxënësi, ose dy fëmijë dhe një gabim shkrimi. Pasi vendoset se janë një, nuk kthehet mbrapsht.
doubt-two_numbers = Njëri nxënës iku para se të vinte tjetri: mund të jetë një fëmijë me dy numra. Pasi vendoset, nuk kthehet mbrapsht.

# --- on paper
paper-by-hand-about = Një rresht për çdo kontakt. Shënojeni pastaj edhe në list.xlsx, që lista tjetër ta dijë.
