/** Keeps the keyboard's place: whoever hides, disables or removes what may have the focus says where it goes. */

const canHaveIt = (element) => Boolean(element) && !element.disabled && element.getClientRects().length > 0;

const isLost = () => document.activeElement === document.body || !canHaveIt(document.activeElement);

/** Makes a change; if it takes the focus out of `element`, the first of `next` that can have it gets it. */
export function keepFocus(element, change, ...next) {
  const held = element.contains(document.activeElement);
  change();
  if (held) next.find(canHaveIt)?.focus({ preventScroll: true });
}

/** Disables a button while `work` is done; the focus comes back to it, unless the reader has gone elsewhere. */
export async function whileBusy(button, work) {
  const held = button.contains(document.activeElement);
  button.disabled = true;
  try {
    return await work();
  } finally {
    button.disabled = false;
    if (held && isLost()) button.focus({ preventScroll: true });
  }
}
