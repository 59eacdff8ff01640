/** Somebody else was quicker: what they changed, beside what was typed here, and whose shall stand. */
import { say } from './words.js';

/** @param facts {changes, state} as they are now. Resolves with "theirs", "mine", or "" when it was put off. */
export function decide({ changes: theirs, state }, mine, label) {
  const dialog = document.getElementById('conflict');
  document
    .getElementById('conflict-list')
    .replaceChildren(...newest(theirs).map((change) => line(change, mine, label)), now(state));
  const hasChoice = theirs.some(({ field }) => mine.has(field));
  dialog.querySelector('[value=mine]').textContent = say(hasChoice ? 'conflict.mine' : 'conflict.go_on');
  dialog.querySelector('[value=theirs]').hidden = !hasChoice;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true });
  });
}

const now = (state) =>
  Object.assign(document.createElement('li'), { textContent: say('conflict.now', { state: say(`invoice.${state}`) }) });

/** Of several changes of one field the last. */
const newest = (changes) => [...new Map(changes.map((change) => [change.field, change])).values()];

function line({ field, value, by }, mine, label) {
  const item = document.createElement('li');
  const nothing = say('history.nothing');
  const words = say('conflict.theirs', { who: by ?? '?', name: label(field), value: value || nothing });
  item.append(Object.assign(document.createElement('p'), { textContent: words }));
  if (mine.has(field)) {
    const own = say('conflict.own', { value: mine.get(field) || nothing });
    item.append(Object.assign(document.createElement('p'), { className: 'muted', textContent: own }));
  }
  return item;
}
