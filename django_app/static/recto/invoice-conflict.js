/** Somebody else was quicker: what they changed, beside what was typed here, and whose shall stand. */
import { say } from './words.js';

/** Resolves with "theirs", "mine", or "" when the question was put off. */
export function decide(theirs, mine, label) {
  const dialog = document.getElementById('conflict');
  document.getElementById('conflict-list').replaceChildren(...newest(theirs).map((change) => line(change, mine, label)));
  const hasChoice = theirs.some(({ field }) => mine.has(field)) || mine.size > 0;
  dialog.querySelector('[value=mine]').textContent = say(hasChoice ? 'conflict.mine' : 'close');
  dialog.querySelector('[value=theirs]').hidden = !hasChoice;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true });
  });
}

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
