/** Keys of the review; the dialog #shortcuts lists them. */

const isText = (target) => target.closest?.('input, textarea, select');

/** @param review {fields, looked, confirm, problem, undo, forget, candidate, next, turn} */
export function startKeys(review) {
  const alt = {
    ArrowDown: () => review.problem(1),
    ArrowUp: () => review.problem(-1),
    KeyU: review.undo,
    KeyN: review.next,
  };
  const bare = {
    '[': () => review.turn(-1),
    ']': () => review.turn(1),
    '?': () => document.getElementById('shortcuts').showModal(),
  };
  const act = (event, action) => {
    event.preventDefault();
    action();
  };

  function field(event) {
    const { key, target, shiftKey } = event;
    if (key === 'Escape') return act(event, review.forget);
    if (key === 'Enter' && target.tagName !== 'TEXTAREA') return act(event, review.looked);
    if (key === 'Enter' && !shiftKey) return act(event, review.looked);
    const isLong = target.tagName === 'TEXTAREA';
    if (key === 'ArrowDown' && (!isLong || atEnd(target))) return act(event, () => review.walk(1));
    if (key === 'ArrowUp' && (!isLong || target.selectionEnd === 0)) return act(event, () => review.walk(-1));
  }

  document.addEventListener('keydown', (event) => {
    if (event.isComposing || document.querySelector('dialog[open]')) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) return act(event, review.confirm);
    if (event.altKey && !event.ctrlKey) {
      const number = /^Digit([1-9])$/.exec(event.code)?.[1];
      if (number) return act(event, () => review.candidate(Number(number) - 1));
      const action = alt[event.code];
      return action && act(event, action);
    }
    if (event.ctrlKey || event.metaKey) return;
    if (event.target.closest?.('.invoice-field') && isText(event.target)) return field(event);
    if (!isText(event.target) && bare[event.key]) act(event, bare[event.key]);
  });
}

const atEnd = ({ selectionStart, value }) => selectionStart === value.length;
