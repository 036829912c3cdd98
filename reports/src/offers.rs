//! Sentences about the offers of centres. A region may have many centres, so only those with the most free places are named, and the
//! others are counted.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use az::UnwrappedAs;

use crate::error::Error;
use crate::list::Offer;
use crate::words::Words;

/// Number of centres that are named for one service.
const NAMED: usize = 3;

/// Service → sentences about its offers.
pub type Offers<'a> = BTreeMap<&'a str, Vec<String>>;

/// The sentences about offers by service.
pub fn by_service<'a>(offers: &'a [Offer], words: &Words) -> Result<Offers<'a>, Error> {
    let mut by_service: BTreeMap<&str, Vec<&Offer>> = BTreeMap::new();
    for offer in offers {
        by_service.entry(&offer.service).or_default().push(offer);
    }
    by_service.into_iter().map(|(service, offers)| Ok((service, lines(&offers, words)?))).collect()
}

fn lines(offers: &[&Offer], words: &Words) -> Result<Vec<String>, Error> {
    let (nameless, mut named): (Vec<&Offer>, Vec<&Offer>) = offers.iter().partition(|offer| offer.centre.is_empty());
    named.sort_by_key(|offer| (offer.room.is_none(), Reverse(offer.room), offer.centre.as_str()));
    let mut lines = Vec::new();
    for offer in named.iter().take(NAMED) {
        lines.push(line(&offer.centre, offer.room, offer.waiting, words)?);
    }
    if named.len() > NAMED {
        let more = (named.len() - NAMED).unwrapped_as::<u32>();
        lines.push(words.say_count("offer-more", "n", more)?);
    }
    // Centres whose names are hidden share one line, because their lines would look alike.
    if !nameless.is_empty() {
        let who = words.say(if nameless.len() == 1 { "centre" } else { "centres" });
        let room = nameless.iter().filter_map(|offer| offer.room).reduce(u32::saturating_add);
        let waiting = nameless.iter().fold(0, |sum: u32, offer| sum.saturating_add(offer.waiting));
        lines.push(line(&who, room, waiting, words)?);
    }
    Ok(lines)
}

fn line(centre: &str, room: Option<u32>, waiting: u32, words: &Words) -> Result<String, Error> {
    let known = if room.is_some() { "yes" } else { "no" };
    let args = [("centre", centre.into()), ("known", known.into()), ("room", room.unwrap_or(0).into()), ("waiting", waiting.into())];
    words.sentence("offer", args)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::Language;

    fn offer(centre: &str, room: Option<u32>, waiting: u32) -> Offer {
        Offer { service: "peer_support".to_owned(), centre: centre.to_owned(), room, waiting }
    }

    fn lines_of(offers: &[Offer], language: Language) -> Vec<String> {
        by_service(offers, &Words::new(language).unwrap()).unwrap().remove("peer_support").unwrap()
    }

    #[test]
    fn three_centres_are_named_the_most_room_first() {
        let mut offers = vec![offer("Dea", None, 0), offer("Ana", Some(2), 0), offer("Bora", Some(7), 3)];
        assert_eq!(lines_of(&offers, Language::En), ["Bora: 7 free places, 3 waiting", "Ana: 2 free places", "Dea: free places not known"]);
        offers.push(offer("Ajka", Some(2), 0));
        assert_eq!(
            lines_of(&offers, Language::En),
            ["Bora: 7 free places, 3 waiting", "Ajka: 2 free places", "Ana: 2 free places", "1 more centre offers it."]
        );
        assert_eq!(lines_of(&offers, Language::Sq)[3], "E ofron edhe 1 qendër tjetër.");
        offers.push(offer("Ema", Some(0), 0));
        assert_eq!(lines_of(&offers, Language::En)[3], "2 more centres offer it.");
        assert_eq!(lines_of(&offers, Language::Sq)[3], "E ofrojnë edhe 2 qendra të tjera.");
    }

    #[test]
    fn centres_without_a_name_are_one_line() {
        assert_eq!(lines_of(&[offer("", Some(24), 0)], Language::En), ["Centre: 24 free places"]);
        let many: Vec<Offer> = [Some(24), None, Some(6)].into_iter().zip(1..).map(|(room, waiting)| offer("", room, waiting)).collect();
        assert_eq!(lines_of(&many, Language::En), ["Centres: 30 free places, 6 waiting"]);
        assert_eq!(lines_of(&many, Language::Sq), ["Qendrat: 30 vende të lira, 6 fëmijë në pritje"]);
        assert_eq!(lines_of(&[offer("", None, 1), offer("", None, 0)], Language::En), ["Centres: free places not known, 1 waiting"]);
    }
}
