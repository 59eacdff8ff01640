/** Words of the page in the form of a field: dates as 2026-01-31, amounts as 1234.50, currencies as EUR. */

const SIGNS = { '€': 'EUR', $: 'USD', '£': 'GBP', '₪': 'ILS', '¥': 'JPY', '₹': 'INR', '₽': 'RUB', '₺': 'TRY' };

/** The last separator is the decimal one, unless exactly three digits follow a single kind of it: 1.234 is a thousand. */
export function toAmount(text) {
  const negative = /^\s*[-−(]|[-−]\s*$/.test(text);
  const digits = text
    .replace(/[^\d.,'’]/g, '')
    .replace(/['’]/g, '')
    .replace(/[.,]$/, '');
  if (!/\d/.test(digits)) return null;
  const at = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','));
  const kinds = new Set(digits.match(/[.,]/g));
  const isThousands = at >= 0 && kinds.size === 1 && digits.length - at === 4;
  const isMany = kinds.size === 1 && digits.match(/[.,]/g).length > 1;
  const whole = at < 0 || isThousands || isMany ? digits : digits.slice(0, at);
  const rest = at < 0 || isThousands || isMany ? '' : digits.slice(at + 1);
  return `${negative ? '-' : ''}${whole.replace(/[.,]/g, '').replace(/^0+(?=\d)/, '') || '0'}${rest && `.${rest}`}`;
}

const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const TONGUES = ['en', 'ms', 'de', 'fr', 'he', 'nl', 'es', 'it'];
const MONTHS = TONGUES.map((tongue) => {
  const { format } = new Intl.DateTimeFormat(tongue, { month: 'long', timeZone: 'UTC' });
  return Array.from({ length: 12 }, (_, month) => fold(format(Date.UTC(2026, month, 1))));
});

/** 3 for March, Mar., März or במרץ; null for what names no month, or several. */
function monthOf(word) {
  const folded = fold(word);
  for (const start of [folded, folded.replace(/^ב/, '')])
    for (const names of MONTHS) {
      const found = names.filter((name) => name.startsWith(start));
      if (found.length === 1) return names.indexOf(found[0]) + 1;
    }
  return null;
}

/** Day before month, unless a name, the numbers or a slash on an invoice in dollars say otherwise. */
export function toDate(text, currency = '') {
  const numbers = text.match(/\d+/g) ?? [];
  const month = text.match(/\p{L}{3,}/gu)?.map(monthOf).find(Boolean);
  if (month && numbers.length === 2) {
    const [year, day] = numbers[0].length === 4 ? numbers : [...numbers].reverse();
    return iso(year, `${month}`, day);
  }
  if (numbers.length < 3) return null;
  if (numbers[0].length === 4) return iso(numbers[0], numbers[1], numbers[2]);
  const [first, second, year] = numbers;
  const isMonthFirst = Number(second) > 12 || (Number(first) <= 12 && currency === 'USD' && text.includes('/'));
  return isMonthFirst ? iso(year, first, second) : iso(year, second, first);
}

function iso(year, month, day) {
  const full = year.length === 2 ? `20${year}` : year;
  const text = `${full}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(text) ? text : null;
}

const toCurrency = (text) =>
  SIGNS[text.match(/[€$£₪¥₹₽₺]/)?.[0]] ?? text.match(/[A-Za-z]{3}/)?.[0].toUpperCase() ?? null;
const toTime = (text) => {
  const [, hour, minute] = text.match(/(\d{1,2})[:.](\d{2})/) ?? [];
  return hour ? `${hour.padStart(2, '0')}:${minute}` : null;
};

/** As the field is written, null for what does not fit into it; texts as they stand on the page. The server judges. */
export function converted(kind, text, currency) {
  const forms = { amount: toAmount, date: (raw) => toDate(raw, currency), currency: toCurrency, time: toTime };
  return forms[kind] ? forms[kind](text) : text.trim();
}
