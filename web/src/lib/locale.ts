/**
 * The one locale of the page: English, with the day before the month and 24 hours. The texts are English, so dates and
 * numbers of the browser's language would not fit between them. Nothing else names a locale.
 */
const LOCALE = "en-GB";

const dateTimeFormats = new Map<string, Intl.DateTimeFormat>();

/** A formatter of dates and times; made once for each set of options, because making one is slow. */
export function dateTimeFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  const found = dateTimeFormats.get(key) ?? new Intl.DateTimeFormat(LOCALE, options);
  dateTimeFormats.set(key, found);
  return found;
}

/** A formatter of numbers. */
export const numberFormat = (options: Intl.NumberFormatOptions = {}): Intl.NumberFormat => new Intl.NumberFormat(LOCALE, options);

/** A formatter of distances in time, such as "5 min ago". */
export const relativeTimeFormat = (options: Intl.RelativeTimeFormatOptions): Intl.RelativeTimeFormat => new Intl.RelativeTimeFormat(LOCALE, options);

/** Compares names as people sort them. */
export const compareNames = new Intl.Collator(LOCALE, { numeric: true }).compare;
