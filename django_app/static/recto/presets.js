/** A project's presets beside the engine's own in the recipe menu: saving the settings as one, deleting one. */
import { get, post, remove } from './api.js';
import { ask } from './confirm.js';
import { keepFocus } from './focus.js';
import { outage, reportDown } from './health.js';
import { announce, explain, say } from './words.js';

export class Presets {
  /** @param parts {url, form: RecipeForm, panel} where `url` lists the project's presets */
  constructor(parts) {
    Object.assign(this, parts);
    this.dialog = document.getElementById('preset-dialog');
    this.deleter = this.panel.querySelector('#delete-preset');
    this.form.addEventListener('preset', () => this.#offer());
    this.deleter?.addEventListener('click', () => this.#delete());
    this.dialog?.querySelector('form').addEventListener('submit', (event) => this.#save(event));
  }

  /** Puts the project's presets into the menu, and the one named `chosen` (its id) to work. */
  async load(chosen = null) {
    const answer = await get(this.url);
    this.form.own = answer.results ?? answer;
    if (chosen !== null) this.form.mark(chosen);
  }

  #offer() {
    const own = this.form.ownPreset;
    if (!this.deleter) return;
    keepFocus(this.deleter, () => (this.deleter.hidden = !own), this.form.presets);
    if (own) this.deleter.setAttribute('aria-label', say('preset.delete', { name: own.name }));
  }

  async #save(event) {
    event.preventDefault();
    const note = this.dialog.querySelector('.field-error');
    const { steps } = this.form.recipe;
    if (!steps.length) return (note.textContent = say('run.no_steps'));
    try {
      const { id, name } = await post(this.url, { name: event.target.elements.name.value.trim(), steps });
      await this.load(id);
      note.textContent = '';
      event.target.reset();
      this.dialog.close();
      announce(say('preset.saved', { name }));
    } catch (error) {
      note.textContent = explain(error);
      if (outage(error)) reportDown(outage(error));
    }
  }

  async #delete() {
    const { id, name } = this.form.ownPreset;
    if (!(await ask(say('preset.delete.sure', { name }), say('delete'), { danger: true }))) return;
    try {
      await remove(`${this.url}${id}/`);
      await this.load();
      announce(say('preset.deleted', { name }));
    } catch (error) {
      announce(explain(error));
      if (outage(error)) reportDown(outage(error));
    }
  }
}
