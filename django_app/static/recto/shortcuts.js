/** Keys of the page view; the dialog #shortcuts lists them. */
export function startShortcuts(stage) {
  const press = (selector) => () => document.querySelector(selector)?.click();
  const tab = (name) => () => document.getElementById(`tab-${name}`)?.click();
  const keys = {
    '[': press('#previous-page'),
    ']': press('#next-page'),
    '?': () => document.getElementById('shortcuts').showModal(),
    '+': press('.tool-in'),
    '=': press('.tool-in'),
    '-': press('.tool-out'),
    0: press('.tool-fit'),
    f: () => stage.fullScreen(),
    c: press('.tool-split'),
    p: tab('process'),
    t: tab('text'),
    v: tab('versions'),
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.target.closest('input:not([type=checkbox], [type=radio], [type=range]), textarea, select')) return;
    const action = keys[event.key];
    // OpenSeadragon takes + - 0 itself while the image has the focus.
    if (!action || (event.target.closest('.openseadragon-canvas') && '+=-0f'.includes(event.key) && event.key !== 'f'))
      return;
    event.preventDefault();
    action();
  });
}
