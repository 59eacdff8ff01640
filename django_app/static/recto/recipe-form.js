/** Switches and sliders for a recipe, made from what the engine says of itself (`info`); reads it back as data. */
import { keepFocus } from './focus.js';
import { knows, say } from './words.js';
import { stepTitle } from './steps.js';

const LOCAL = ['adaptive', 'sauvola', 'wolf', 'nick', 'isauvola', 'su'];
const ONLY_FOR = { threshold: ['manual'], window: LOCAL, k: LOCAL }; // parameters of some methods only
const QUICK = 0.05; // seconds a megapixel
const WHEN_NEEDED = { threshold: 128 }; // where "auto" is no answer

const OWN = 'project-'; // before the ids of the project's presets in the menu

const named = (key, fallback) => (knows(key) ? say(key) : fallback);

export class RecipeForm extends EventTarget {
  #preset = null; // the engine's preset that is shown as it is
  #own = []; // the project's presets: [{id, name, steps}]

  /**
   * @param {HTMLElement} element is filled
   * @param info the engine's answer
   * @param {HTMLSelectElement} presets is filled too
   */
  constructor(element, info, presets) {
    super();
    this.element = element;
    this.info = info;
    this.presets = presets;
    element.replaceChildren(...info.operations.map((operation) => this.#card(operation)));
    presets.replaceChildren(...info.presets.map(({ name, title }) => new Option(named(`preset.${name}`, title), name)));
    presets.append(Object.assign(new Option(say('preset.own'), ''), { hidden: true }));
    presets.addEventListener('change', () => {
      if (this.ownPreset) this.#loadOwn(this.ownPreset);
      else this.choose(presets.value);
      this.#changed();
    });
    element.addEventListener('input', (event) => this.#input(event));
    this.choose(info.default_preset);
  }

  /** Shows a preset of the engine; without a name, its default. */
  choose(name = this.info.default_preset) {
    const { recipe } = this.info.presets.find((preset) => preset.name === name);
    this.load(recipe);
    this.#preset = name;
    this.#select(name);
  }

  /** The project's presets, beside the engine's. */
  set own(presets) {
    const shown = this.presets.value;
    this.#own = presets;
    this.presets.querySelector('optgroup')?.remove();
    if (presets.length) {
      const group = Object.assign(document.createElement('optgroup'), { label: say('preset.project') });
      group.append(...presets.map(({ id, name }) => new Option(name, `${OWN}${id}`)));
      this.presets.append(group);
    }
    this.#select(shown);
  }

  /** The project's preset that is shown as it is, or undefined. */
  get ownPreset() {
    return this.#own.find(({ id }) => this.presets.value === `${OWN}${id}`);
  }

  /** Tells that the settings shown are those of the project's preset `id`. */
  mark(id) {
    this.#preset = null;
    this.#select(`${OWN}${id}`);
  }

  #loadOwn({ id, steps }) {
    this.load({ steps });
    this.mark(id);
  }

  #select(value) {
    this.presets.value = value;
    if (this.presets.selectedIndex < 0) this.presets.value = '';
    this.dispatchEvent(new CustomEvent('preset'));
  }

  /** The recipe as it stands, its steps in the order shown. */
  get recipe() {
    const cards = [...this.element.children].filter((card) => toggle(card).checked);
    const recipe = { version: 1, steps: cards.map((card) => ({ step: card.dataset.step, ...values(card) })) };
    return this.#preset ? { ...recipe, preset: this.#preset } : recipe;
  }

  /** Shows a recipe; its steps in its order. */
  load(recipe) {
    this.#preset = null;
    this.#select('');
    const cards = [...this.element.children];
    const chosen = recipe.steps.map((step) => cards.find((card) => card.dataset.step === step.step)).filter(Boolean);
    for (const card of cards) {
      const step = recipe.steps.find(({ step: name }) => name === card.dataset.step);
      toggle(card).checked = Boolean(step);
      for (const input of inputs(card)) setValue(input, step?.[input.name] ?? JSON.parse(input.dataset.default));
      show(card);
    }
    if (chosen.length > 1) this.#order(cards, chosen);
  }

  /** Puts the chosen cards into the recipe's order without moving the others. */
  #order(cards, chosen) {
    let next = 0;
    this.element.append(...cards.map((card) => (chosen.includes(card) ? chosen[next++] : card)));
  }

  #changed() {
    this.dispatchEvent(new CustomEvent('change', { detail: this.recipe }));
  }

  #input({ target }) {
    if (target.dataset.auto) delete target.dataset.auto;
    this.#preset = null;
    this.#select('');
    show(target.closest('.step-card'));
    this.#changed();
  }

  #card(operation) {
    const { name } = operation;
    const card = Object.assign(document.createElement('div'), { className: 'step-card' });
    card.dataset.step = name;
    const id = `step-${name}`;
    const head = Object.assign(document.createElement('div'), { className: 'step-head form-check form-switch' });
    const box = Object.assign(document.createElement('input'), { className: 'form-check-input', type: 'checkbox', id });
    box.setAttribute('role', 'switch');
    const label = Object.assign(document.createElement('label'), { className: 'form-check-label', htmlFor: id });
    label.textContent = stepTitle(name);
    head.append(box, label);
    const body = Object.assign(document.createElement('div'), { className: 'step-body' });
    body.append(...operation.parameters.map((parameter) => this.#parameter(id, parameter)));
    card.append(head, body);
    return card;
  }

  #parameter(prefix, parameter) {
    const row = Object.assign(document.createElement('div'), { className: 'parameter' });
    const id = `${prefix}-${parameter.name}`;
    const input = control(parameter);
    const label = document.createElement(input.type === 'hidden' ? 'span' : 'label');
    if (input.type !== 'hidden') label.htmlFor = id;
    label.textContent = named(`parameter.${parameter.name}`, parameter.title);
    Object.assign(input, { id, name: parameter.name });
    input.dataset.default = JSON.stringify(parameter.default ?? null);
    input.dataset.unit = parameter.unit || '';
    row.append(label, input);
    if (input.localName === 'input') row.insertBefore(this.#reading(id, input, parameter), input);
    if (input.type === 'hidden') row.append(this.#onTheImage(id, input));
    return row;
  }

  /** A button that lets a place be set on the image; whoever listens to `place` does it. */
  #onTheImage(id, input) {
    const line = Object.assign(document.createElement('div'), { className: 'parameter-place' });
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'btn btn-line btn-sm' });
    button.textContent = say('place.set');
    button.setAttribute('aria-pressed', false);
    button.setAttribute('aria-describedby', `${id}-reading`);
    button.addEventListener('click', () => {
      const { step } = input.closest('.step-card').dataset;
      this.dispatchEvent(new CustomEvent('place', { detail: { step, name: input.name, button } }));
    });
    line.append(button);
    return line;
  }

  #placeOf(step, name) {
    return this.element.querySelector(`[data-step=${step}] input[name=${name}]`);
  }

  /** The place that has been set by hand, or null. */
  placed(step, name) {
    const input = this.#placeOf(step, name);
    return input.dataset.auto ? null : JSON.parse(input.value);
  }

  place(step, name, value) {
    const input = this.#placeOf(step, name);
    setValue(input, value);
    this.#preset = null;
    this.#select('');
    show(input.closest('.step-card'));
    this.#changed();
  }

  /** The slider's value in words, and for what may be left to the engine a button back to "auto". */
  #reading(id, input, parameter) {
    const span = Object.assign(document.createElement('span'), { className: 'parameter-reading' });
    const output = Object.assign(document.createElement('output'), { id: `${id}-reading` });
    output.htmlFor.add(id);
    span.append(output);
    if ((parameter.default ?? null) === null && !(parameter.name in WHEN_NEEDED)) {
      const back = Object.assign(document.createElement('button'), { type: 'button', className: 'parameter-auto' });
      back.textContent = say(input.type === 'hidden' ? 'place.again' : 'auto');
      if (input.type !== 'hidden') back.setAttribute('aria-label', say('parameter.auto', { name: parameter.title }));
      back.addEventListener('click', () => {
        setValue(input, null);
        this.#preset = null;
        this.#select('');
        const next = input.closest('.parameter').querySelector('.parameter-place button') || input;
        keepFocus(back, () => show(input.closest('.step-card')), next);
        this.#changed();
      });
      span.append(back);
    }
    return span;
  }
}

const PLACES = ['corners', 'box']; // what lies on one page's original

/** The recipe without what is true of one page only. */
export function withoutPlaces({ steps, ...recipe }) {
  const elsewhere = (step) => Object.fromEntries(Object.entries(step).filter(([name]) => !PLACES.includes(name)));
  return { ...recipe, steps: steps.map(elsewhere) };
}

const toggle = (card) => card.querySelector('[role=switch]');
const inputs = (card) => [...card.querySelectorAll('.parameter input, .parameter select')];

function control(parameter) {
  if (parameter.choices) return choice(parameter);
  return PLACES.includes(parameter.type) ? place() : slider(parameter);
}

const place = () => Object.assign(document.createElement('input'), { type: 'hidden' });

function choice(parameter) {
  const select = Object.assign(document.createElement('select'), { className: 'form-select form-select-sm' });
  for (const one of parameter.choices) select.append(new Option(titled(one), one.value));
  return select;
}

/** A method's name, and what it costs if that is more than a slider can wait for. */
function titled({ value, title, seconds_per_megapixel: seconds }) {
  const name = named(`method.${value}`, title);
  return seconds > QUICK ? say('method.slow', { name, seconds }) : name;
}

function slider({ minimum: min, maximum: max, step }) {
  const input = Object.assign(document.createElement('input'), { className: 'form-range', type: 'range' });
  return Object.assign(input, { min, max, step });
}

function setValue(input, value) {
  const needed = value === null ? WHEN_NEEDED[input.name] : value;
  if (needed === undefined || needed === null) {
    input.dataset.auto = 'true';
    input.value = input.type === 'hidden' ? '' : (Number(input.min) + Number(input.max)) / 2;
  } else if (input.type === 'hidden') {
    delete input.dataset.auto;
    input.value = JSON.stringify(needed);
  } else {
    delete input.dataset.auto;
    input.value = needed;
  }
}

function applies(card, input) {
  const methods = ONLY_FOR[input.name];
  return !methods || methods.includes(card.querySelector('[name=method]')?.value);
}

/** Parameters to send: those that apply and are not left to the engine. */
function values(card) {
  const wanted = inputs(card).filter((input) => !input.dataset.auto && applies(card, input));
  return Object.fromEntries(wanted.map((input) => [input.name, valueOf(input)]));
}

function valueOf(input) {
  if (input.type === 'range') return Number(input.value);
  return input.type === 'hidden' ? JSON.parse(input.value) : input.value;
}

function reading(input) {
  if (input.dataset.auto) return say(input.type === 'hidden' ? 'place.auto' : 'auto');
  if (input.type === 'hidden') return say('place.given');
  return `${Number(input.value)}${input.dataset.unit && ` ${input.dataset.unit}`}`;
}

function show(card) {
  card.querySelector('.step-body').hidden = !toggle(card).checked;
  for (const input of inputs(card)) {
    const row = input.closest('.parameter');
    row.hidden = !applies(card, input);
    const output = row.querySelector('output');
    if (output) output.value = reading(input);
    const back = row.querySelector('.parameter-auto');
    if (back) back.hidden = Boolean(input.dataset.auto);
  }
}
