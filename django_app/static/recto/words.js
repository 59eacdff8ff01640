/** The page's sentences, translated by Django into the block #words; a key that is missing says itself. */
const words = JSON.parse(document.getElementById('words')?.textContent || '{}');

export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

export const knows = (key) => key in words;

/** The sentence for an error: ours for its code, else the service's own detail. */
export function explain(error) {
  if (error.code && knows(`error.${error.code}`)) return say(`error.${error.code}`);
  return error.detail || say('error.unknown');
}

/** Seconds as people say them: 0.31 s, 12 s, 3 min 5 s. */
export function duration(seconds) {
  if (seconds < 9.95) return say('seconds', { n: seconds.toFixed(seconds < 0.995 ? 2 : 1) });
  if (seconds < 60) return say('seconds', { n: Math.round(seconds) });
  return say('minutes', { m: Math.floor(seconds / 60), s: Math.round(seconds % 60) });
}

const moments = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });
export const moment = (iso) => (iso ? moments.format(new Date(iso)) : '');

/** Tells screen readers, politely. */
export function announce(text) {
  const region = document.getElementById('live-status');
  if (region) region.textContent = text;
}
