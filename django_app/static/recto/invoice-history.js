/** Who corrected what, and from what to what. */
import { moment, say } from './words.js';

/** What stood in a field before each correction is the one before it, or what was read. */
export function told(history, read) {
  const now = new Map(Object.entries(read));
  return history.map((each) => {
    const from = now.get(each.field) ?? '';
    now.set(each.field, each.value);
    return { ...each, from };
  });
}

export function showHistory(list, count, invoice, label) {
  const entries = told(invoice.history, invoice.read).reverse();
  count.textContent = entries.length || '';
  list.replaceChildren(...entries.map((entry) => line(entry, label)));
  list.closest('details').hidden = !entries.length;
}

function line({ field, from, value, by, at }, label) {
  const item = document.createElement('li');
  const [name, change, who] = ['strong', 'span', 'span'].map((tag) => document.createElement(tag));
  name.textContent = label(field);
  change.append(struck('del', from), ' → ', struck('ins', value));
  Object.assign(who, { className: 'muted', textContent: say('history.by', { who: by ?? '?', when: moment(at) }) });
  item.append(name, ' ', change, ' ', who);
  return item;
}

const struck = (tag, text) =>
  Object.assign(document.createElement(tag), { dir: 'auto', textContent: text || say('history.nothing') });
