// One scene on the storyboard: its picture or take, its words, its cast, and the button that renders it.
import { el, address } from './dom.js';
import { picture, strip } from './animatic.js';
import { Field } from './field.js';
import { drawFindings } from './findings.js';
import { More } from './more.js';
import { progressWords, swap } from './progress.js';

/** A scene card; `send(op)` and `replan(wish)` send what the storyteller did in it. */
export class Card {
  constructor(id, send, replan) {
    this.id = id;
    this.send = (op) => send({ scene: id, ...op });
    this.more = new More(this.send, (note) => replan({ scene: id, note }));
    this.fields = {
      title: this.field('title', 'Title', 'line', 200),
      setting: this.field('setting', 'Where it plays', 'line', 200),
      narration: this.field('narration', 'Narration', 'text', 4000),
    };
    this.build();
    this.picturesOf = '';
    this.takeShown = '';
  }

  field(name, label, kind, max) {
    return new Field({ label, kind, max, send: (value) => this.send({ op: 'edit', field: name, value }) });
  }

  build() {
    this.number = el('span', { class: 'number' });
    this.remove = el('button', { type: 'button', class: 'quiet remove', title: 'Remove this scene', text: '×' });
    this.stage = el('div', { class: 'stage' });
    this.caption = el('p', { class: 'caption' });
    this.place = el('small', { class: 'place' });
    this.strip = el('div', { class: 'strip-place' });
    this.takes = el('div', { class: 'takes' });
    this.render = el('button', { type: 'button', class: 'accent render' });
    this.actors = el('div', { class: 'actors' });
    this.findings = el('ul', { class: 'findings' });
    this.lines = new Map();
    this.root = el('article', { class: 'card', 'data-scene': this.id },
      el('header', {}, this.number, this.fields.title.root, this.remove),
      el('div', { class: 'look' }, this.stage, this.caption, this.strip, this.takes),
      el('div', { class: 'words' }, this.fields.narration.root, this.fields.setting.root, this.place, this.actors, this.findings,
        this.more.root, this.render));
    for (const event of ['pointerleave', 'focusout']) this.strip.addEventListener(event, () => this.showStage());
    this.render.addEventListener('click', () => this.send({ op: 'render' }));
    this.remove.addEventListener('click', () => this.confirmRemove());
  }

  confirmRemove() {
    if (this.remove.dataset.sure) { this.send({ op: 'remove' }); return; }
    this.remove.dataset.sure = 'yes';
    this.remove.textContent = 'Really remove this scene?';
    setTimeout(() => { delete this.remove.dataset.sure; this.remove.textContent = '×'; }, 4000);
  }

  draw(scene, { number, removable, model, replanned }) {
    this.scene = scene;
    this.number.textContent = number;
    this.root.classList.toggle('played', scene.takes.length > 0);
    this.remove.hidden = !removable;
    for (const [name, field] of Object.entries(this.fields)) field.set(scene[name]);
    this.place.textContent = scene.place;
    this.drawActors(scene.regions);
    drawFindings(this.findings, scene.findings.filter(({ severity }) => severity !== 'hint'), {
      fix: (finding) => this.send({ op: 'fix', finding }),
      show: (keyframe) => (keyframe === null ? this.showStage() : this.point(keyframe)),
    });
    this.more.draw(scene, { model, replanned });
    this.drawPictures();
    this.drawTakes();
    this.drawButton(null);
  }

  drawActors(regions) {
    const ids = new Set(regions.map((region) => region.id));
    for (const [id, line] of this.lines) if (!ids.has(id)) { line.root.remove(); this.lines.delete(id); }
    for (const region of regions) {
      if (!this.lines.has(region.id)) this.lines.set(region.id, this.line(region));
      const line = this.lines.get(region.id);
      line.dot.style.background = region.colour;
      line.field.set(region.description);
      line.label.textContent = region.name;
      line.learn.hidden = !region.to_learn;
      line.learn.title = `“${region.to_learn}” is to be learned from clips; until then the nearest motion is played`;
      line.note.textContent = region.played ? `On stage: ${region.played}` : '';
    }
  }

  line(region) {
    const field = new Field({ label: region.name, kind: 'text', max: 4000,
      send: (value) => this.send({ op: 'describe', region: region.id, value }) });
    const label = field.root.firstChild;
    const note = el('small');
    const dot = el('i', { class: 'dot' });
    const learn = el('em', { class: 'badge', text: 'to learn' });
    const name = el('span', { text: region.name });
    label.replaceChildren(name, learn);
    field.root.prepend(dot);
    const root = el('div', { class: 'actor' }, field.root, note);
    this.actors.append(root);
    return { root, field, dot, note, learn, label: name };
  }

  drawPictures() {
    const made = JSON.stringify([this.scene.backdrop, this.scene.regions.map((r) => [r.name, r.colour, r.boxes])]);
    if (made === this.picturesOf) return;
    this.picturesOf = made;
    this.strip.replaceChildren(strip(this.scene, (keyframe) => this.point(keyframe)));
    this.sketch = picture(this.scene, 0, { path: true });
    this.takeShown = '';
    this.showStage();
  }

  point(keyframe) {
    if (this.job && this.job.preview) return;
    this.stage.replaceChildren(picture(this.scene, keyframe, { path: true }));
    this.caption.textContent = `Keyframe ${keyframe + 1} of 6`;
    this.takeShown = 'moment';
  }

  showStage() {
    if (this.job && this.job.preview) { this.showPreview(); return; }
    const take = this.scene.takes.find((one) => one.chosen);
    const wanted = take ? take.video : 'sketch';
    this.caption.textContent = take ? take.note : 'The blocking: who stands where';
    if (this.takeShown === wanted) return;
    const fresh = this.takeShown === 'preview';
    this.takeShown = wanted;
    this.stage.replaceChildren(take ? film(take, fresh) : this.sketch);
  }

  showPreview() {
    if (this.takeShown !== 'preview') {
      this.preview = el('img', { class: 'preview', alt: 'The take so far' });
      this.stage.replaceChildren(this.preview);
      this.takeShown = 'preview';
    }
    swap(this.preview, this.job.preview);
  }

  drawTakes() {
    const many = this.scene.takes.length > 1;
    this.takes.hidden = !many;
    this.takes.replaceChildren(...(many ? this.scene.takes.map((take) => this.takeButton(take)) : []));
    this.showStage();
  }

  takeButton(take) {
    const button = el('button', { type: 'button', class: 'take', 'aria-pressed': String(take.chosen), text: take.label });
    button.addEventListener('click', () => this.send({ op: 'choose', take: take.id }));
    return button;
  }

  /** Show the work on this scene, or that there is none. */
  live(job) {
    this.job = job;
    this.root.classList.toggle('busy', Boolean(job));
    this.drawButton(job);
    // When work has ended the last preview stays until the server's new cards arrive.
    if (job && job.preview) this.showStage();
    if (job) this.caption.textContent = progressWords(job);
  }

  drawButton(job) {
    this.render.disabled = Boolean(job);
    const again = this.scene.takes.length ? 'Render another take' : 'Render this scene';
    const words = this.scene.cost ? `${again}, ${this.scene.cost}` : again;
    this.render.textContent = job ? (job.state === 'running' ? 'Rendering …' : 'Waiting …') : words;
  }
}

function film(take, fresh) {
  const video = el('video', { controls: true, loop: true, playsinline: true, preload: 'metadata', src: `${address(take.video)}#t=0.01` });
  video.muted = true;
  video.autoplay = fresh;
  return video;
}
