/** Other readings of a field, while it has the focus; pointing at one shows where it stands. */
import { say } from './words.js';

const MOST = 9; // there are no more keys

/** @param parts {candidates, point: (value) => void, take: (candidate) => void} */
export function showCandidates(field, { candidates, point, take }) {
  const box = field.element.querySelector('.field-candidates');
  const others = candidates.filter(({ value }) => value !== field.value).slice(0, MOST);
  if (!box || !field.isEditable) return;
  box.hidden = !others.length;
  box.replaceChildren(...others.map((candidate, index) => choice(candidate, index, () => take(candidate))));
  for (const [index, button] of [...box.children].entries()) {
    for (const type of ['pointerenter', 'focus']) button.addEventListener(type, () => point(others[index]));
    button.addEventListener('pointerleave', () => point(field.known));
  }
}

export const hideCandidates = (field) => field?.element.querySelector('.field-candidates')?.setAttribute('hidden', '');

function choice({ value }, index, take) {
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'candidate' });
  button.title = say('field.candidate', { n: index + 1 });
  button.append(Object.assign(document.createElement('bdi'), { textContent: value }));
  button.addEventListener('click', take);
  return button;
}
