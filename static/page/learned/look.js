// The window of a character's look: its pictures, and how it is learned from them.
import { openDialog } from '../dialog.js';
import { address, el, keepFocus } from '../dom.js';
import { sentence } from '../toast.js';
import { Turns } from '../turns.js';
import { Cropper } from './crop.js';
import { Saying } from './saying.js';
import { Teach } from './teach.js';
import { endedWords, picturesWords } from './words.js';

const PICTURES = 'image/jpeg,image/png,image/webp';

/** The open window; `hub` is the Learned of the page. */
export class LookWindow {
  constructor(hub, character) {
    Object.assign(this, { hub, thing: { character } });
    this.saying = new Saying();
    this.turns = new Turns(); // one picture is cropped at a time
    this.teach = new Teach({ hub, attempt: (work, after) => this.saying.attempt(work, after) });
    this.makePictures();
    this.cropper = new Cropper();
    const told = el('p', { class: 'note', text: 'Show the studio how somebody looks. It learns the look from pictures and plays the character with it, in this story and in later ones.' });
    this.dialog = openDialog(hub.place(), 'A look', told, this.saying.root, this.list, this.line, this.cropper.root, this.teach.root);
    this.dialog.classList.add('look');
    this.dialog.addEventListener('close', () => this.cropper.leave());
    this.heading = this.dialog.querySelector('h2');
    for (const name of ['dragover', 'drop']) this.dialog.addEventListener(name, (event) => this.dropped(event));
    this.turns.take(() => this.saying.attempt(() => this.load()));
  }

  makePictures() {
    this.list = el('ul', { class: 'look-pictures', 'aria-label': 'Pictures' });
    this.words = el('span');
    this.input = el('input', { type: 'file', accept: PICTURES, multiple: true, hidden: true, 'aria-label': 'Add pictures' });
    this.add = el('button', { type: 'button', class: 'plain', text: 'Add pictures' });
    this.line = el('div', { class: 'learn-line' }, this.add, this.input, this.words);
    this.add.addEventListener('click', () => this.input.click());
    this.input.addEventListener('change', () => {
      const files = [...this.input.files];
      this.input.value = ''; // so that the same file can be chosen again
      this.turns.take(() => this.bring(files));
    });
  }

  get open() {
    return this.dialog.open;
  }

  async load() {
    this.draw(await this.hub.call('look', this.thing));
  }

  draw(look) {
    this.look = look;
    this.heading.textContent = `How ${look.name} looks`;
    this.list.replaceChildren(...look.pictures.map((picture, at) => this.picture(picture, at + 1)));
    this.list.hidden = !look.pictures.length;
    this.add.disabled = !look.room;
    this.words.textContent = picturesWords(look);
    this.teach.thing = this.thing;
    this.teach.draw(look.learning);
  }

  picture({ id, picture }, number) {
    const away = el('button', { type: 'button', class: 'quiet', 'aria-label': `Remove picture ${number}`, title: 'Remove this picture', text: '×' });
    away.addEventListener('click', () => this.saying.attempt(async () => {
      away.disabled = true;
      this.draw((await this.hub.call('look_remove', { ...this.thing, picture: id })).look);
      keepFocus(this.list.querySelectorAll('button')[number - 1], this.add);
    }, () => { away.disabled = false; }));
    return el('li', {}, el('img', { src: address(picture), alt: `Picture ${number} of ${this.look.name}`, loading: 'lazy' }), away);
  }

  dropped(event) {
    if (![...event.dataTransfer.types].includes('Files')) return;
    event.preventDefault(); // else the browser would leave the page for the picture
    if (event.type !== 'drop') return;
    const files = [...event.dataTransfer.files]; // they are gone when the event is
    this.turns.take(() => this.bring(files));
  }

  /** Have pictures cropped and send them, one after the other; what is wrong with some does not keep the others back. */
  async bring(files) {
    if (!this.look) return; // the window says why
    const sent = files.slice(0, this.look.room);
    const problems = sent.length < files.length ? [`Only ${this.look.room} more fit, the others were left out.`] : [];
    this.add.disabled = true;
    for (const [at, file] of sent.entries()) {
      if (!this.open) break;
      const crop = await this.cropper.ask(file, { number: at + 1, of: sent.length });
      if (crop === null) continue;
      this.saying.tell(`Sending picture ${at + 1} of ${sent.length} …`);
      const problem = await this.send(file, crop);
      if (problem) problems.push(problem);
    }
    this.draw(this.look);
    this.saying.tell(problems.join(' '));
    keepFocus(this.add);
  }

  /** Send one picture, or the part of it that `crop` names; gives what is wrong with it, '' where it was taken. */
  async send(file, crop) {
    try {
      this.draw((await this.hub.upload('look_picture', { ...this.thing, ...(crop ? { crop } : {}) }, file)).look);
      this.add.disabled = true;
      return '';
    } catch (error) {
      if (error.status === undefined) throw error;
      return `${file.name}: ${[error.message, error.hint].filter(Boolean).map(sentence).join(' ')}`;
    }
  }

  /** Show the learning that goes on. */
  live(jobs) {
    this.teach.live(jobs);
  }

  /** Show what ended work has left, and say what went wrong in it. */
  async ended(jobs) {
    const mine = jobs.filter((job) => this.hub.isAbout(job, this.thing));
    await this.saying.attempt(() => this.load());
    if (mine.length) this.saying.tell(endedWords(mine));
  }
}
