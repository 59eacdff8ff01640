/** The Process panel: a recipe, three ways to the engine, drafts while a slider moves, and what becomes of a result. */
import { post, send } from './api.js';
import { ask } from './confirm.js';
import { Drafts } from './drafts.js';
import { outcome } from './fastapi-client.js';
import { keepFocus, whileBusy } from './focus.js';
import { outage, reportDown, reportUp, whatIsDown } from './health.js';
import { cancel, ending, follow, going } from './jobs.js';
import { withoutPlaces } from './recipe-form.js';
import { stepTitle } from './steps.js';
import { announce, duration, explain, say } from './words.js';

export class Process {
  #result = null; // {asked, recipe} of what is on the stage
  #run = null; // the full run under way: {way, recipe, began, abort, id of a live one}
  #job = null; // the job that the panel follows

  /** @param parts {config, original, stage, form, placing, steps, client, live, panel, onSaved} */
  constructor(parts) {
    Object.assign(this, parts);
    const on = (selector, action) => this.panel.querySelector(selector)?.addEventListener('click', action);
    on('#process-way', () => this.#start('process', this.form.recipe));
    on('#direct-way', () => this.#start('direct', this.form.recipe));
    on('#live-way', () => this.#start('live', this.form.recipe));
    on('#auto-process', () => this.#start('process', null));
    on('.run-cancel', () => this.#cancel());
    on('#save-version', ({ currentTarget }) => this.#save(currentTarget));
    on('#apply-all', ({ currentTarget }) => this.#applyAll(currentTarget));
    on('#discard-result', () => this.#discard());
    this.drafts = new Drafts(this.live);
    for (const type of ['pointerenter', 'focusin']) this.form.element.addEventListener(type, () => this.live.open());
    this.form.addEventListener('change', () => this.#draft());
    this.#listen();
  }

  /** @param recipe null: the engine looks at the page and chooses */
  async #start(way, recipe) {
    if (recipe?.steps.length === 0) return this.steps.failed(say('run.no_steps'));
    this.#stop();
    const abort = new AbortController();
    const run = { way, recipe, began: performance.now(), abort };
    this.#run = run;
    this.#outcome(null);
    this.steps.begin(recipe?.steps.map(({ step }) => step) ?? [], { known: way === 'live' });
    announce(say('run.working'));
    if (way === 'live') {
      run.id = this.live.run({ recipe });
      return;
    }
    try {
      const answer =
        way === 'process'
          ? await this.#throughDjango(recipe, abort.signal)
          : await this.client.process('auto-process', null, {
              page: this.config.page,
              version: this.original.id,
              query: { recipe },
              signal: abort.signal,
            });
      if (this.#run === run) await this.#complete(run, answer);
    } catch (error) {
      if (this.#run === run) this.#failed(error);
    }
  }

  async #throughDjango(recipe, signal) {
    const body = new FormData();
    body.append('page', this.config.page);
    if (recipe) body.append('recipe', JSON.stringify(recipe));
    return outcome(await send('POST', '/api/fastapi/auto-process/', { body, signal, headers: { Accept: '*/*' } }));
  }

  async #complete(run, { blob, skewAngle, matrix, recipe, timings, width, height }) {
    await this.stage.showResult(blob, this.original, { skewAngle, matrix });
    if (this.#run !== run) return;
    this.placing.found({ recipe, matrix, width, height });
    this.#run = null;
    const text = say('run.completed', { time: duration((performance.now() - run.began) / 1000) });
    if (!run.recipe) this.#chosen(recipe);
    this.steps.complete(timings, text);
    announce(text);
    this.#outcome({ asked: run.recipe, recipe: recipe || run.recipe }, run.recipe ? '' : recipe.why.join(' '));
    reportUp('engine_down');
  }

  /** What the engine found that the page needs stands in the form, to be changed. */
  #chosen(recipe) {
    this.form.load(withoutPlaces(recipe));
    this.steps.begin(recipe.steps.map(({ step }) => step));
  }

  #failed(error) {
    this.#run = null;
    if (error.name === 'AbortError') {
      this.steps.cancelled();
      this.stage.showVersion(this.config.shown());
      return announce(say('run.cancelled'));
    }
    if (outage(error)) reportDown(outage(error));
    this.steps.failed(explain(error));
    announce(explain(error));
  }

  /** The reader's wish; the answer of the socket, or the aborted request, ends the run on the page. */
  #cancel() {
    if (this.#job) cancel(this.#job).catch((error) => this.#failed(error));
    else if (this.#run?.way === 'live') this.live.cancel();
    else this.#run?.abort.abort();
  }

  /** Ends without a word what is under way, since something newer begins. */
  #stop() {
    const run = this.#run;
    this.#run = null;
    this.drafts.stop();
    this.#busy(false);
    if (run && run.way !== 'live') run.abort.abort();
  }

  #draft() {
    const recipe = this.form.recipe;
    if (!recipe.steps.length) return this.#discard();
    if (this.#run) this.#stop();
    this.steps.hide();
    this.drafts.ask(recipe);
    this.#busy(true);
  }

  #busy(on) {
    this.stage.element.dataset.busy = on ? 'true' : '';
  }

  #listen() {
    const mine = (event) => [this.#run, this.drafts.current].find((run) => run?.id && run.id === event.detail.run);
    this.live.addEventListener('progress', (event) => {
      if (this.#run && mine(event) === this.#run) this.#progress(event.detail);
    });
    this.live.addEventListener('preview', (event) => {
      if (this.#run && mine(event) === this.#run)
        this.stage.showResult(event.detail.blob, this.original, { small: true });
    });
    this.live.addEventListener('complete', (event) => this.#liveComplete(mine(event), event.detail));
    this.live.addEventListener('cancelled', (event) => {
      this.#busy(false);
      if (this.#run && mine(event) === this.#run) this.#failed(new DOMException('', 'AbortError'));
    });
    this.live.addEventListener('error', ({ detail }) => {
      this.drafts.stop();
      this.#busy(false);
      this.#failed(detail);
    });
    this.live.addEventListener('down', () => {
      if (this.#run?.way === 'live') this.steps.message.textContent = say('run.connecting');
    });
    this.live.addEventListener('up', () => {
      if (this.#run?.way === 'live') this.#run.began = performance.now();
    });
    this.live.addEventListener('down', async ({ detail }) => reportDown(await whatIsDown(detail.code)));
    this.live.addEventListener('up', () => ['socket_down', 'engine_down'].forEach(reportUp));
  }

  #progress(event) {
    this.steps.progress(event);
    if (typeof event.seconds === 'number')
      announce(say('step.took', { step: stepTitle(event.step), time: duration(event.seconds) }));
  }

  async #liveComplete(run, { blob, skew_angle: skewAngle, matrix, recipe, timings, width, height }) {
    if (!run) return;
    if (run === this.#run) return this.#complete(run, { blob, skewAngle, matrix, recipe, timings, width, height });
    this.drafts.arrived();
    this.placing.found({ recipe, matrix, width, height });
    await this.stage.showResult(blob, this.original, { skewAngle, matrix, small: true });
    if (this.drafts.latest !== run) return;
    this.#busy(false);
    const time = duration((performance.now() - run.asked) / 1000);
    this.#outcome({ asked: run.recipe, recipe }, say('run.draft', { time }));
  }

  #outcome(result, note = '') {
    this.#result = result;
    const actions = this.panel.querySelector('#result-actions');
    keepFocus(actions, () => (actions.hidden = !result), this.panel.querySelector('#process-way'));
    this.panel.querySelector('#result-note').textContent = note;
  }

  #discard() {
    this.#stop();
    this.placing.stop();
    this.#outcome(null);
    this.steps.hide();
    this.stage.showVersion(this.config.shown());
  }

  async #save(button) {
    const begin = () => post(`/api/pages/${this.config.page}/versions/`, { recipe: this.#result.recipe });
    const end = async (job) => {
      if (job.state !== 'completed') return ending(job);
      await this.onSaved();
      return say('saved');
    };
    await whileBusy(button, () => this.#follow(begin, end));
    if (this.steps.state === 'done') this.#outcome(null);
  }

  async #applyAll(button) {
    if (!(await ask(say('apply.sure', { total: this.config.pages }), say('apply.all')))) return;
    const begin = () =>
      post(`/api/documents/${this.config.document}/jobs/`, { kind: 'apply', recipe: this.#result.asked });
    const end = async (job) => {
      await this.onSaved();
      return ending(job);
    };
    await whileBusy(button, () => this.#follow(begin, end));
  }

  /** Starts a job, tells how it goes in the panel, and says its end. */
  async #follow(begin, end) {
    this.steps.begin([]);
    try {
      const job = await follow(await begin(), (state) => {
        this.#job = state;
        this.steps.bar.value = state.percent;
        this.steps.message.textContent = going(state);
      });
      const text = await end(job);
      if (job.state === 'failed') this.steps.failed(text);
      else this.steps.complete([], text);
      announce(text);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#job = null;
    }
  }
}
