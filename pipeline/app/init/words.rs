//! Words that registers use, in Albanian and English, and how certain their meanings are.
//!
//! A wrong guess could turn an absence into a presence, so a person decides about every word that is not certain.

use std::collections::BTreeSet;

use super::values::Meaning;

/// Headers of real registers that no contract lists: canonical column and header.
pub(super) const HEADERS: [(&str, &str); 11] = [
    ("status", "mungesa"),
    ("status", "mungesat"),
    ("status", "prezenca"),
    ("status", "presence"),
    ("status", "presence_flag"),
    ("status", "present"),
    ("status", "absent"),
    ("status", "attendance"),
    ("date", "data_e_mungeses"),
    ("school_id", "shkolla"),
    ("pupil_id", "nxenesi"),
];

/// Unambiguous words: canonical column, word (normalised by [`plain`]), canonical code.
const CERTAIN: [(&str, &str, &str); 62] = [
    ("status", "prezent", "present"),
    ("status", "prezente", "present"),
    ("status", "ipranishem", "present"),
    ("status", "epranishme", "present"),
    ("status", "pranishem", "present"),
    ("status", "inattendance", "present"),
    ("status", "mungon", "absent"),
    ("status", "paarsye", "absent"),
    ("status", "paarsyeshme", "absent"),
    ("status", "epaarsyeshme", "absent"),
    ("status", "mungesepaarsye", "absent"),
    ("status", "mungesapaarsye", "absent"),
    ("status", "unexcused", "absent"),
    ("status", "unexcusedabsence", "absent"),
    ("status", "absentunexcused", "absent"),
    ("status", "unauthorised", "absent"),
    ("status", "meleje", "excused"),
    ("status", "mearsye", "excused"),
    ("status", "arsyeshme", "excused"),
    ("status", "earsyeshme", "excused"),
    ("status", "mungesemearsye", "excused"),
    ("status", "mungesamearsye", "excused"),
    ("status", "excusedabsence", "excused"),
    ("status", "absentexcused", "excused"),
    ("status", "authorised", "excused"),
    ("status", "vone", "late"),
    ("status", "vonese", "late"),
    ("status", "mevonese", "late"),
    ("status", "tardy", "late"),
    ("status", "nukkerkohet", "not_required"),
    ("sex", "female", "F"),
    ("sex", "femer", "F"),
    ("sex", "vajze", "F"),
    ("sex", "male", "M"),
    ("sex", "mashkull", "M"),
    ("sex", "djale", "M"),
    ("exit_reason", "transferuar", "transferred"),
    ("exit_reason", "transferim", "transferred"),
    ("exit_reason", "transfer", "transferred"),
    ("exit_reason", "diplomuar", "completed"),
    ("exit_reason", "graduated", "completed"),
    ("exit_reason", "braktisje", "dropped_out"),
    ("exit_reason", "braktisi", "dropped_out"),
    ("exit_reason", "dropout", "dropped_out"),
    ("exit_reason", "emigrim", "left_country"),
    ("exit_reason", "emigruar", "left_country"),
    ("exit_reason", "emigrated", "left_country"),
    ("exit_reason", "tjeter", "other"),
    ("service", "keshillimpsikosocial", "psychosocial_counselling"),
    ("to_service", "keshillimpsikosocial", "psychosocial_counselling"),
    ("service", "keshillimkarriere", "career_counselling"),
    ("to_service", "keshillimkarriere", "career_counselling"),
    ("source", "shkolla", "school"),
    ("source", "policia", "police"),
    ("source", "familja", "family"),
    ("source", "terren", "field_activity"),
    ("status", "hapur", "open"),
    ("status", "pranuar", "accepted"),
    ("status", "refuzuar", "declined"),
    ("status", "mbyllur", "closed"),
    ("service", "tjeter", "other"),
    ("to_service", "tjeter", "other"),
];

/// Normalises a word: lower case, no accents, letters and digits only. `Nr. amze` becomes `nramze`, `Vonesë` becomes `vonese`.
pub(super) fn plain(word: &str) -> String {
    let unaccented = |c: char| match c {
        'ë' | 'é' | 'è' | 'ê' => 'e',
        'ç' | 'ć' | 'č' => 'c',
        'á' | 'à' | 'â' | 'ä' => 'a',
        'í' | 'ï' | 'î' => 'i',
        'ó' | 'ö' | 'ô' => 'o',
        'ú' | 'ü' | 'û' => 'u',
        'š' => 's',
        'ž' => 'z',
        'đ' => 'd',
        'ñ' => 'n',
        other => other,
    };
    word.chars().flat_map(char::to_lowercase).map(unaccented).filter(|c| c.is_alphanumeric()).collect()
}

/// The certain meaning of a normalised word in `column`.
pub(super) fn meaning(column: &str, plain: &str) -> Option<&'static str> {
    CERTAIN.iter().find(|(of, word, _)| *of == column && *word == plain).map(|(_, _, code)| *code)
}

const YES: [&str; 5] = ["1", "true", "yes", "po", "y"];
const NO: [&str; 5] = ["0", "false", "no", "jo", "n"];

/// The meaning of a letter or number in a register, from the other values of the column and from its header.
pub(super) fn sign(header: &str, plain: &str, all: &BTreeSet<String>) -> Meaning {
    let header = self::plain(header);
    let contains = |parts: &[&str]| parts.iter().any(|part| header.contains(part));
    let codes = match (contains(&["presen", "prezen", "pranish"]), contains(&["absen", "munges", "mungo"])) {
        (true, false) => Some(("present", "absent")),
        (false, true) => Some(("absent", "present")),
        _ => None,
    };
    let yes_or_no = all.iter().all(|w| w.is_empty() || YES.contains(&w.as_str()) || NO.contains(&w.as_str()));
    if let Some((yes, no)) = codes.filter(|_| yes_or_no) {
        return Meaning::Sure(if YES.contains(&plain) { yes } else { no }.into());
    }
    // P with A is English. P with M may be "prezent, mungon" or "pa arsye, me arsye", so a person decides.
    let english = all.contains("p") && all.contains("a") && !all.contains("m");
    match plain {
        "p" if english => Meaning::Sure("present".into()),
        "a" if english => Meaning::Sure("absent".into()),
        "p" | "1" | "true" | "yes" | "po" | "y" => Meaning::Guess("present".into()),
        "a" | "m" | "u" | "2" | "mungese" | "mungesa" => Meaning::Guess("absent".into()),
        "e" | "semure" | "sick" => Meaning::Guess("excused".into()),
        "l" | "t" | "v" => Meaning::Guess("late".into()),
        _ => Meaning::Unknown,
    }
}

/// The mark that a word names.
pub(super) fn number(plain: &str) -> Option<u8> {
    const NUMBERS: [(&str, u8); 7] = [("kater", 4), ("pese", 5), ("gjashte", 6), ("shtate", 7), ("tete", 8), ("nente", 9), ("dhjete", 10)];
    NUMBERS.iter().find(|(word, _)| *word == plain).map(|(_, number)| *number)
}

/// A grade level in Roman numerals.
pub(super) fn roman(word: &str) -> Option<i64> {
    const ROMAN: [&str; 12] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];
    (1..).zip(ROMAN).find(|(_, r)| r.eq_ignore_ascii_case(word)).map(|(number, _)| number)
}
