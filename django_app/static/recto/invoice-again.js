/** Reading an invoice once more, its page prepared in another way or in other languages; corrections stay. */
import { get, post } from './api.js';
import { FastAPIClient } from './fastapi-client.js';
import { ending, follow } from './jobs.js';
import { chosenLanguages, requireLanguage } from './languages.js';
import { knows, say } from './words.js';

const ENGINE = 'engine-';

const named = ({ name, title }) => (knows(`preset.${name}`) ? say(`preset.${name}`) : title);

export class ReadAgain {
  #recipes = new Map(); // value in the menu → recipe

  /** @param parts {dialog, url, presets: where the project's are listed} */
  constructor(parts) {
    Object.assign(this, parts);
    this.menu = this.dialog.querySelector('select');
    requireLanguage(this.dialog);
  }

  /** Asks how; resolves with {recipe (null: as the page needs it), languages}, or undefined when it is not to be read. */
  async ask() {
    if (!this.#recipes.size) await this.#load();
    this.dialog.returnValue = '';
    this.dialog.showModal();
    await new Promise((resolve) => this.dialog.addEventListener('close', resolve, { once: true }));
    if (this.dialog.returnValue !== 'read') return undefined;
    return { recipe: this.#recipes.get(this.menu.value) ?? null, languages: chosenLanguages(this.dialog) };
  }

  /** Resolves with a sentence about its end. */
  async read(how) {
    const job = await follow(await post(this.url, how), () => {});
    return job.state === 'completed' ? say('again.done') : ending(job);
  }

  /** The engine's recipes and the project's. */
  async #load() {
    const [{ presets }, answer] = await Promise.all([new FastAPIClient().info(), get(this.presets)]);
    const own = answer.results ?? answer;
    for (const { name, recipe } of presets) this.#recipes.set(`${ENGINE}${name}`, recipe);
    for (const { id, steps } of own) this.#recipes.set(String(id), { steps });
    this.menu.append(...presets.map((preset) => new Option(named(preset), `${ENGINE}${preset.name}`)));
    if (!own.length) return;
    const group = Object.assign(document.createElement('optgroup'), { label: say('preset.project') });
    group.append(...own.map(({ id, name }) => new Option(name, id)));
    this.menu.append(group);
  }
}
