// Films the storyteller: a countdown, five seconds of film, then it is kept or filmed again.
import { button, el, keepFocus } from '../dom.js';
import { cameraWords, recordingOf } from './words.js';

const COUNTDOWN = 5;
const FILM_SECONDS = 5;
const WANTED = { video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24 } }, audio: false };

/** `keep(file)` gets the film; `say(words)` hears why there is none. */
export class Camera {
  constructor({ keep, say }) {
    Object.assign(this, { keep, say });
    this.video = el('video', { playsinline: true, 'aria-label': 'What the camera sees' });
    this.video.muted = true;
    this.count = el('p', { class: 'countdown', 'aria-live': 'assertive' });
    this.open = button('plain', 'Film yourself', () => this.begin());
    this.film = button('accent', `Film ${FILM_SECONDS} seconds`, () => this.roll());
    this.save = button('accent', 'Keep this', () => this.kept());
    this.again = button('plain', 'Film again', () => this.begin());
    this.away = button('quiet', 'Close the camera', () => this.close());
    this.stage = el('div', { class: 'camera', hidden: true }, el('div', { class: 'camera-view' }, this.video, this.count),
      el('div', { class: 'camera-doings' }, this.film, this.save, this.again, this.away));
    this.root = el('div', {}, this.open, this.stage);
  }

  /** Ask for the camera and show what it sees. */
  async begin() {
    this.close();
    this.say('');
    const { mediaDevices } = navigator;
    if (!mediaDevices || typeof MediaRecorder === 'undefined') { this.say(cameraWords(null)); return; }
    const round = this.round;
    try {
      const stream = await mediaDevices.getUserMedia(WANTED);
      if (round !== this.round) { stop(stream); return; }
      this.stream = stream;
    } catch (error) {
      this.say(cameraWords(error));
      return;
    }
    this.show('ready');
    this.video.srcObject = this.stream;
    this.video.play().catch(() => {});
    this.film.focus();
  }

  /** Count down, then record. */
  async roll() {
    const { stream, round } = this;
    const recording = recordingOf((type) => MediaRecorder.isTypeSupported(type));
    if (!recording) { this.say(cameraWords({})); return; }
    this.show('filming');
    for (let left = COUNTDOWN; left > 0; left -= 1) if (!await this.tell(String(left), round)) return;
    const parts = [];
    const recorder = new MediaRecorder(stream, { mimeType: recording.type });
    recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
    const ended = new Promise((done) => { recorder.addEventListener('stop', done, { once: true }); });
    recorder.start();
    for (let left = FILM_SECONDS; left > 0; left -= 1) if (!await this.tell(`● ${left}`, round)) return;
    if (recorder.state !== 'inactive') recorder.stop(); // it ends by itself where the camera is taken away
    await ended;
    if (round !== this.round) return;
    this.taken(new File(parts, `.${recording.ending}`, { type: recording.type.split(';')[0] }));
  }

  /** Say something for a second; false where the camera was closed meanwhile. */
  async tell(words, round) {
    this.count.textContent = words;
    await new Promise((next) => { setTimeout(next, 1000); });
    return round === this.round;
  }

  taken(file) {
    this.file = file;
    stop(this.stream);
    this.show('taken');
    this.video.srcObject = null;
    this.video.src = this.url = URL.createObjectURL(file);
    this.video.loop = true;
    this.video.play().catch(() => {});
    this.save.focus();
  }

  kept() {
    const { file } = this;
    this.close();
    this.keep(file);
  }

  show(state) {
    this.count.textContent = '';
    this.stage.hidden = state === 'closed';
    this.open.hidden = state !== 'closed';
    this.film.hidden = state !== 'ready';
    this.save.hidden = this.again.hidden = state !== 'taken';
    keepFocus(this.away, this.open);
  }

  /** Let go of the camera. */
  close() {
    this.round = (this.round || 0) + 1;
    stop(this.stream);
    if (this.url) URL.revokeObjectURL(this.url);
    this.stream = this.url = this.file = null;
    this.video.srcObject = null;
    this.video.removeAttribute('src');
    this.show('closed');
  }
}

function stop(stream) {
  for (const track of stream ? stream.getTracks() : []) track.stop();
}
