// A scene's narration as somebody speaks it: recorded here, or brought as a file.
import { address, button, el, keepFocus, svg } from '../dom.js';
import { sentence } from '../toast.js';
import { timecode } from './words.js';

const SOUNDS = 'audio/*,video/webm,.m4a,.mp3,.wav,.ogg,.flac,.webm';
const MOST_SECONDS = 180;
const NO_MICROPHONE = 'A browser lets a page record only over https or on this computer itself. Bring a file instead.';
const REFUSED = 'The browser does not let this page hear the microphone. Allow it beside the address, then press Record again.';

/** The recording of a scene; `bring(scene, file)` sends one and may throw an ApiError, `remove(scene)` takes it away. */
export class VoiceBox {
  constructor({ bring, remove }) {
    Object.assign(this, { bring, remove });
    this.visit = 0; // raised whenever the scene goes out of sight
    this.audio = el('audio', { controls: true, preload: 'metadata', 'aria-label': 'The recorded narration' });
    this.wave = svg('svg', { class: 'voice-wave', viewBox: '0 0 96 24', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
    this.words = el('p', { class: 'voice-words' });
    this.record = button('plain', 'Record', () => (this.recorder ? this.recorder.stop() : this.begin()));
    this.input = el('input', { type: 'file', accept: SOUNDS, hidden: true, 'aria-label': 'Bring a recording' });
    this.choose = button('plain', 'Bring a file', () => this.input.click());
    this.away = button('quiet', 'Remove it', () => { this.remove(this.scene.id); keepFocus(this.record); });
    this.told = el('p', { class: 'note', role: 'status' });
    this.root = el('fieldset', { class: 'voice' }, el('legend', { text: 'Narration, spoken' }), this.words, this.wave, this.audio,
      el('div', { class: 'trim-line' }, this.record, this.choose, this.input, this.away), this.told);
    this.input.addEventListener('change', () => {
      const [file] = this.input.files;
      this.input.value = ''; // so that the same file can be chosen again
      if (file) this.send(this.scene.id, file);
    });
  }

  /** Show a scene of a DeskView. */
  draw(scene) {
    if (this.scene && this.scene.id !== scene.id) { this.drop(); this.told.textContent = ''; }
    this.scene = scene;
    const { voice, narration } = scene;
    this.words.textContent = narration ? `“${narration}”` : 'This scene has no narration in words; what is spoken is heard all the same.';
    for (const node of [this.wave, this.audio]) node.toggleAttribute('hidden', !voice);
    this.away.hidden = !voice;
    this.record.textContent = this.recorder ? 'Stop' : voice ? 'Record again' : 'Record';
    if (voice) this.drawVoice(voice);
    else this.audio.removeAttribute('src');
  }

  drawVoice(voice) {
    const source = address(voice.address);
    if (this.audio.src !== source) this.audio.src = source;
    const wide = 96 / voice.levels.length;
    this.wave.replaceChildren(...voice.levels.map((level, at) => {
      const high = Math.max(1, (level / 100) * 24);
      return svg('rect', { x: (at * wide).toFixed(2), y: ((24 - high) / 2).toFixed(2), width: (wide * 0.7).toFixed(2), height: high.toFixed(2) });
    }));
  }

  /** Ask for the microphone and record until Stop, or for as long as a narration may be. */
  async begin() {
    if (!navigator.mediaDevices || !window.MediaRecorder) { this.told.textContent = NO_MICROPHONE; return; }
    const { visit, scene: { id } } = this;
    this.record.disabled = true;
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      if (visit === this.visit) this.told.textContent = REFUSED;
      return;
    } finally {
      this.record.disabled = false;
    }
    if (visit !== this.visit) { this.silence(); return; } // it was left while the browser asked
    this.listen(id);
  }

  listen(id) {
    const pieces = [];
    const recorder = new MediaRecorder(this.stream);
    this.recorder = recorder;
    recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data));
    recorder.addEventListener('stop', () => {
      const kept = this.recorder === recorder;
      this.silence();
      if (kept) this.send(id, new Blob(pieces, { type: recorder.mimeType }));
    });
    recorder.start();
    const began = performance.now();
    const tell = () => {
      const seconds = (performance.now() - began) / 1000;
      this.told.textContent = `Recording, ${timecode(Math.floor(seconds))}. Read the words above, then press Stop.`;
      if (seconds > MOST_SECONDS && recorder.state === 'recording') recorder.stop();
    };
    this.clock = setInterval(tell, 250);
    tell();
    this.record.textContent = 'Stop';
    this.root.classList.add('recording');
  }

  /** Let go of the microphone. */
  silence() {
    clearInterval(this.clock);
    for (const track of this.stream ? this.stream.getTracks() : []) track.stop();
    this.recorder = this.stream = null;
    this.root.classList.remove('recording');
    this.record.textContent = this.scene && this.scene.voice ? 'Record again' : 'Record';
  }

  /** End a recording without keeping it. */
  drop() {
    const { recorder } = this;
    this.visit += 1;
    this.silence();
    if (recorder && recorder.state !== 'inactive') recorder.stop();
  }

  async send(id, file) {
    this.told.textContent = 'Sending the recording …';
    let told = 'The recording is kept. The scene lasts as long as it does.';
    try {
      await this.bring(id, file);
    } catch (error) {
      if (error.status === undefined) throw error;
      told = [error.message, error.hint].filter(Boolean).map(sentence).join(' ');
    }
    if (this.scene.id === id) this.told.textContent = told;
  }
}
