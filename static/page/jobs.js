// Watches the work of the open project: asks the server while something goes on, shows it in a bar.
import { el } from './dom.js';
import { tellJobs } from './bus.js';
import { progressWords, swap } from './progress.js';

const BUSY_MS = 150; // a draft is rendered in a second: its preview should still be seen to grow
const IDLE_MS = 5000;

/** Put the bar into the page; `trigger('finished')` tells Python that something ended. */
export function mount({ element, props, trigger, watch, server }) {
  const bar = new Bar(server);
  element.append(bar.root);
  let known = new Map();
  let timer = 0;
  let round = 0;

  async function ask() {
    clearTimeout(timer);
    const mine = ++round;
    const project = (props.value || {}).project;
    if (!element.isConnected) return;
    try {
      const heard = project ? await answered(server.watch_jobs({ project, known: [...known.keys()] })) : { jobs: [] };
      if (mine === round) hear(project, heard.jobs);
    } catch (error) {
      if (mine === round) bar.say('the studio does not answer, asking again …');
      console.warn(error);
    } finally {
      if (mine === round) timer = setTimeout(ask, known.size && !document.hidden ? BUSY_MS : IDLE_MS);
    }
  }

  function hear(project, jobs) {
    const active = jobs.filter((job) => job.active);
    const ended = jobs.filter((job) => !job.active && known.has(job.id));
    known = new Map(active.map((job) => [job.id, job]));
    tellJobs(active);
    bar.show(project, active);
    if (ended.length) trigger('finished', { project, ids: ended.map((job) => job.id) });
  }

  watch('value', ask);
  document.addEventListener('visibilitychange', ask);
  ask();
}

/** Give the server's answer. Gradio gives none where the request failed, which is an error here. */
async function answered(request) {
  const answer = await request;
  if (!answer) throw new Error('the studio did not answer');
  return answer;
}

class Bar {
  constructor(server) {
    this.picture = el('img', { alt: '', hidden: true });
    this.title = el('strong');
    this.detail = el('span', { class: 'detail' });
    this.meter = el('progress', { max: 1, value: 0 });
    this.stop = el('button', { type: 'button', class: 'quiet', text: 'Cancel' });
    this.stopAll = el('button', { type: 'button', class: 'quiet', text: 'Cancel all', hidden: true });
    this.root = el('div', { class: 'jobs', hidden: true, role: 'status' },
      this.picture, el('div', { class: 'words' }, this.title, this.detail, this.meter), this.stop, this.stopAll);
    this.stop.addEventListener('click', () => this.cancel(server, this.ids.slice(0, 1)));
    this.stopAll.addEventListener('click', () => this.cancel(server, this.ids));
  }

  async cancel(server, ids) {
    this.stop.disabled = this.stopAll.disabled = true;
    this.say('stopping …');
    try {
      await answered(server.cancel_jobs({ project: this.project, ids }));
    } catch (error) {
      this.stop.disabled = this.stopAll.disabled = false;
      this.say('it could not be stopped, try again');
      console.warn(error);
    }
  }

  say(words) {
    this.detail.textContent = words;
  }

  show(project, jobs) {
    this.root.hidden = jobs.length === 0;
    if (!jobs.length) return;
    const first = jobs.find((job) => job.state === 'running') || jobs[0];
    if (!this.ids || this.ids[0] !== first.id) this.stop.disabled = this.stopAll.disabled = false;
    this.project = project;
    this.ids = [first, ...jobs.filter((job) => job !== first)].map((job) => job.id);
    this.title.textContent = first.title;
    if (!this.stop.disabled) this.say(progressWords(first, jobs.length - 1));
    if (first.total && first.step) Object.assign(this.meter, { max: first.total, value: first.step });
    else this.meter.removeAttribute('value');
    this.stopAll.hidden = jobs.length < 2;
    this.picture.hidden = !first.preview;
    if (first.preview) swap(this.picture, first.preview);
  }
}
