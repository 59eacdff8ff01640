/** A question before something that cannot be undone: the dialog #confirm, answered with true or false. */
export function ask(question, verb, { danger = false } = {}) {
  const dialog = document.getElementById('confirm');
  dialog.querySelector('.confirm-question').textContent = question;
  const yes = dialog.querySelector('[value=yes]');
  yes.textContent = verb;
  yes.className = `btn ${danger ? 'btn-danger' : 'btn-primary'}`;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
