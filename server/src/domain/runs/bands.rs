//! Bands: what the runs of a task usually take, log and report, and which values lie outside.
//!
//! A band is learnt from the newest runs that succeeded. It uses the median and quantiles, so a few odd values do not
//! move it. A value outside does not count as normal, until somebody says that it is, or until ten runs in a row were
//! outside. Pure. Start reading at `learn`, then `Band::of`.

use crate::domain::ids::RunId;
use crate::domain::model::{Band, BandSample, SeenMeasures};
use crate::domain::reason::Reason;
use serde_json::{Number, Value};
use std::collections::BTreeSet;

/// Number of runs that are remembered.
pub const REMEMBERED: usize = 60;

/// Number of normal values from which a band is made.
pub const LEAST: usize = 10;

/// After this many values in a row outside a band, they are the new normal ones.
const NEW_NORMAL: usize = 10;

/// Maximum number of results of a run that are remembered.
const RESULTS: usize = 20;

/// Depth to which a result is searched for numbers.
const DEPTH: usize = 3;

/// The measure of a run's duration, in seconds.
pub const DURATION: &str = "duration";

/// The measure of a run's log, in bytes.
pub const LOG: &str = "log";

/// Beginning of the measure of a number in a run's result.
pub const RESULT: &str = "result.";

impl Band {
    /// The band of normal values; none if there are too few. Values that somebody called normal are always usual.
    pub fn of(measure: &str, normal: &[f64], accepted: &[f64]) -> Option<Self> {
        if normal.len() < LEAST {
            return None;
        }
        let mut sorted = normal.to_vec();
        sorted.sort_by(f64::total_cmp);
        let median = quantile(&sorted, 0.5);
        let mut spread: Vec<f64> = sorted.iter().map(|value| (value - median).abs()).collect();
        spread.sort_by(f64::total_cmp);
        // 1.4826 times the median deviation is the standard deviation of values that are spread normally.
        let deviation = 1.4826 * quantile(&spread, 0.5);
        let usual_low = accepted.iter().copied().fold(quantile(&sorted, 0.05), f64::min);
        let usual_high = accepted.iter().copied().fold(quantile(&sorted, 0.95), f64::max);
        let whole = sorted.iter().all(|value| value.fract() == 0.0);
        let margin = floor(measure, whole).max(median.abs() / 2.0).max(5.0 * deviation).max(usual_high - usual_low);
        Some(Self { median, usual_low, usual_high, low: usual_low - margin, high: usual_high + margin })
    }

    /// Whether a value lies outside.
    pub fn excludes(&self, value: f64) -> bool {
        value < self.low || value > self.high
    }
}

/// Differences up to this are never suspicious.
fn floor(measure: &str, whole: bool) -> f64 {
    match measure {
        DURATION => 2.0,
        LOG => 100.0,
        _ if whole => 2.0,
        _ => 0.0,
    }
}

/// A quantile of sorted values, interpolated between neighbours.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "there are at most REMEMBERED values"
)]
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * sorted.len().saturating_sub(1) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    match (sorted.get(below), sorted.get(above)) {
        (Some(low), Some(high)) => low + (high - low) * place.fract(),
        _ => 0.0,
    }
}

/// What is measured of a run that succeeded.
pub fn measures(seen: &SeenMeasures) -> Vec<(String, f64)> {
    let mut found = vec![];
    found.extend(seen.duration_seconds.map(|seconds| (DURATION.to_owned(), (seconds * 1000.0).round() / 1000.0)));
    #[expect(clippy::cast_precision_loss, reason = "a log has far less than 2^52 bytes")]
    found.push((LOG.to_owned(), seen.log_bytes as f64));
    let mut results = Vec::new();
    if let Some(result) = &seen.result {
        numbers("result", result, DEPTH, &mut results);
    }
    results.truncate(RESULTS);
    found.extend(results);
    found
}

/// The numbers in a result: the result itself, or its members, by their dotted names.
fn numbers(at: &str, value: &Value, depth: usize, found: &mut Vec<(String, f64)>) {
    match value {
        Value::Number(number) => {
            let number = number.as_f64().filter(|number| number.is_finite());
            found.extend(number.map(|number| (at.to_owned(), number)));
        }
        Value::Object(members) if depth > 0 => {
            for (name, value) in members.iter().filter(|(name, _)| is_plain(name)) {
                numbers(&format!("{at}.{name}"), value, depth - 1, found);
            }
        }
        _ => {}
    }
}

/// Whether a member of a result can be named: letters, digits, `_` and `-`.
pub fn is_plain(name: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    (1..=100).contains(&name.len()) && name.chars().all(plain)
}

/// All measures of some runs, in order.
pub fn measures_of(samples: &[BandSample]) -> Vec<String> {
    let all: BTreeSet<&String> = samples.iter().flat_map(|sample| sample.values.keys()).collect();
    all.into_iter().cloned().collect()
}

/// The band of a measure, from the normal values of these runs.
pub fn band(samples: &[BandSample], measure: &str) -> Option<Band> {
    let normal = samples.iter().filter(|sample| !sample.outside.contains(measure));
    let value = |sample: &BandSample| sample.values.get(measure).copied();
    let accepted: Vec<f64> = normal.clone().filter(|sample| sample.accepted).filter_map(value).collect();
    Band::of(measure, &normal.filter_map(value).collect::<Vec<_>>(), &accepted)
}

/// Remembers a run, and says what about it is suspicious.
pub fn learn(samples: &mut Vec<BandSample>, mut sample: BandSample) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for (measure, value) in &sample.values {
        let Some(band) = band(samples, measure).filter(|band| band.excludes(*value)) else { continue };
        sample.outside.insert(measure.clone());
        reasons.push(reason(measure, *value, band));
    }
    let outside = sample.outside.clone();
    samples.push(sample);
    for measure in outside {
        take_as_normal(samples, &measure);
    }
    samples.drain(..samples.len().saturating_sub(REMEMBERED));
    reasons
}

/// If the newest values of a measure were all outside, they replace the older ones.
fn take_as_normal(samples: &mut [BandSample], measure: &str) {
    let with: Vec<usize> = (0..samples.len()).filter(|at| samples[*at].values.contains_key(measure)).collect();
    let (older, newest) = with.split_at(with.len().saturating_sub(NEW_NORMAL));
    if newest.len() < NEW_NORMAL || newest.iter().any(|at| !samples[*at].outside.contains(measure)) {
        return;
    }
    for at in older {
        samples[*at].values.remove(measure);
    }
    for at in newest {
        samples[*at].outside.remove(measure);
    }
}

/// Counts all values of a run as normal.
pub fn accept(samples: &mut [BandSample], run: RunId) {
    for sample in samples.iter_mut().filter(|sample| sample.run == run) {
        sample.outside.clear();
        sample.accepted = true;
    }
}

fn reason(measure: &str, value: f64, band: Band) -> Reason {
    let (low, high) = (band.usual_low, band.usual_high);
    match measure {
        DURATION => Reason::DurationUnusual {
            milliseconds: rounded(value * 1000.0),
            low_milliseconds: rounded(low * 1000.0),
            high_milliseconds: rounded(high * 1000.0),
        },
        LOG => Reason::LogUnusual { bytes: rounded(value), low_bytes: rounded(low), high_bytes: rounded(high) },
        _ => Reason::ResultUnusual {
            name: measure.strip_prefix(RESULT).unwrap_or(measure).to_owned(),
            value: number(value),
            low: number(low),
            high: number(high),
        },
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "durations and sizes are not negative")]
fn rounded(value: f64) -> u64 {
    value.round() as u64
}

/// A number as people write it: whole if it is.
#[expect(clippy::cast_possible_truncation, reason = "the value is a whole number below 2^53")]
fn number(value: f64) -> Number {
    let rounded = (value * 1e6).round() / 1e6;
    if rounded.fract() == 0.0 && rounded.abs() < 9e15 {
        return Number::from(rounded as i64);
    }
    Number::from_f64(rounded).unwrap_or_else(|| Number::from(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reason::ReasonCode;
    use chrono::DateTime;
    use serde_json::json;

    fn sample(measure: &str, value: f64) -> BandSample {
        BandSample {
            run: RunId::generate(),
            at: DateTime::UNIX_EPOCH,
            values: [(measure.to_owned(), value)].into(),
            outside: BTreeSet::new(),
            accepted: false,
        }
    }

    /// Learns values of a measure. Returns which of them were suspicious.
    fn taught(measure: &str, values: &[f64]) -> (Vec<BandSample>, Vec<f64>) {
        let (mut samples, mut odd) = (Vec::new(), Vec::new());
        for value in values {
            if !learn(&mut samples, sample(measure, *value)).is_empty() {
                odd.push(*value);
            }
        }
        (samples, odd)
    }

    #[track_caller]
    fn check(measure: &str, usual: &[f64], fine: &[f64], odd: &[f64]) {
        let (samples, learnt_odd) = taught(measure, usual);
        assert!(learnt_odd.is_empty(), "{learnt_odd:?}");
        for value in fine {
            assert_eq!(learn(&mut samples.clone(), sample(measure, *value)), [], "{value}");
        }
        for value in odd {
            assert_eq!(learn(&mut samples.clone(), sample(measure, *value)).len(), 1, "{value}");
        }
    }

    #[test]
    fn what_lies_far_outside_is_suspicious_and_small_differences_are_not() {
        let minutes = [14.0, 15.0, 16.0, 18.0, 17.0, 15.5, 16.5, 14.5, 17.5, 16.2].map(|minutes| minutes * 60.0);
        check(DURATION, &minutes, &[9.0 * 60.0, 25.0 * 60.0], &[2.0, 3600.0]);
        check(DURATION, &[0.01; 12], &[0.0, 1.9], &[2.5]);
        check(LOG, &[3.1e6, 3.3e6, 3.2e6, 3.15e6, 3.25e6, 3.1e6, 3.2e6, 3.3e6, 3.2e6, 3.2e6], &[2e6], &[0.0, 1e7]);
        check(LOG, &[20.0; 10], &[0.0, 110.0], &[1000.0]);
        check("result.rows", &[5000.0; 10], &[4000.0, 7000.0], &[0.0, -1.0, 8000.0]);
        check("result.errors", &[0.0; 10], &[2.0], &[3.0]);
        check("result.share", &[0.9, 0.91, 0.92, 0.9, 0.93, 0.9, 0.91, 0.94, 0.9, 0.9], &[0.8, 1.0], &[0.1, 2.0]);
    }

    #[test]
    fn nine_values_are_too_few() {
        let (samples, _) = taught(LOG, &[1e6; 9]);
        assert_eq!(band(&samples, LOG), None);
        assert_eq!(learn(&mut samples.clone(), sample(LOG, 0.0)), []);
    }

    #[test]
    fn a_few_odd_values_do_not_move_the_band_and_ten_in_a_row_are_the_new_normal() {
        let (mut samples, _) = taught(LOG, &[1e6; 20]);
        for _ in 0..9 {
            assert_eq!(learn(&mut samples, sample(LOG, 0.0)).len(), 1);
        }
        assert_eq!(band(&samples, LOG).map(|band| band.median), Some(1e6));
        assert_eq!(learn(&mut samples, sample(LOG, 0.0)).len(), 1, "the tenth is marked too");
        assert_eq!(learn(&mut samples, sample(LOG, 0.0)), []);
        assert_eq!(learn(&mut samples, sample(LOG, 1e6)).len(), 1, "the old values are forgotten");
    }

    #[test]
    fn what_somebody_calls_normal_is_normal() {
        let (mut samples, _) = taught(DURATION, &[600.0; 12]);
        let odd = sample(DURATION, 2.0);
        let run = odd.run;
        assert_eq!(learn(&mut samples, odd).len(), 1);
        accept(&mut samples, run);
        assert_eq!(learn(&mut samples, sample(DURATION, 2.0)), []);
        assert_eq!(learn(&mut samples, sample(DURATION, 600.0)), []);
    }

    #[test]
    fn only_the_newest_runs_are_remembered() {
        let (samples, _) = taught(LOG, &[1e6; REMEMBERED + 5]);
        assert_eq!(samples.len(), REMEMBERED);
    }

    #[test]
    fn numbers_of_results_are_measured_by_name() {
        let result =
            json!({"rows": 3, "size": {"kept": 1.5, "deep": {"er": {"est": 1}}}, "list": [1], "a b": 2, "t": "x"});
        let seen = SeenMeasures { duration_seconds: Some(1.000_4), log_bytes: 7, result: Some(result) };
        let found = measures(&seen);
        let shown: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        assert_eq!(shown, [(DURATION, 1.0), (LOG, 7.0), ("result.rows", 3.0), ("result.size.kept", 1.5)]);
        let seen = SeenMeasures { duration_seconds: None, log_bytes: 0, result: Some(json!(4)) };
        assert_eq!(measures(&seen), [(LOG.to_owned(), 0.0), ("result".to_owned(), 4.0)]);
    }

    #[test]
    fn reasons_name_the_usual_range() {
        let (mut samples, _) = taught("result.rows", &[10.0; 10]);
        let found = learn(&mut samples, sample("result.rows", 100.5));
        assert_eq!(found[0].code(), ReasonCode::ResultUnusual);
        assert_eq!(found[0].words(), "rows is 100.5, usually 10");
        let (mut samples, _) =
            taught(DURATION, &[840.0, 1080.0, 900.0, 960.0, 1000.0, 840.0, 1080.0, 900.0, 960.0, 1000.0]);
        assert_eq!(learn(&mut samples, sample(DURATION, 2.0))[0].words(), "took 2 s, usually 14 min to 18 min");
        let (mut samples, _) = taught(LOG, &[3.2e6; 10]);
        assert_eq!(learn(&mut samples, sample(LOG, 0.0))[0].words(), "logged 0 bytes, usually 3.2 MB");
    }
}
