// The newest film: plays with its narration as subtitles, and can be kept in all its forms.
import { address, duration, el, isCalm } from '../dom.js';
import { download } from '../download.js';

const OF_DRAFTS = 'A film of drafts; the better pictures follow by themselves.';

/** The film's place; `burn()` has it made with its words in the picture. */
export class Finished {
  constructor({ burn }) {
    this.burn = burn;
    this.root = el('section', { class: 'film', hidden: true, 'aria-label': 'The film' });
    this.note = el('span');
    this.credits = el('p', { class: 'film-credits' });
    this.shown = '';
  }

  /** Show the film of a story's head; `stills` is its zip of pictures, `files` what the story can be kept as, `coming` that a whole film is being made. */
  draw(film, { stills, files, coming }) {
    this.root.hidden = !film;
    if (!film) { this.shown = ''; this.root.replaceChildren(); return; }
    this.note.textContent = `${noteWords(film, coming)} `;
    this.credits.textContent = film.credits ? `Credits: ${film.credits}.` : '';
    this.credits.hidden = !film.credits;
    if (this.shown === film.id) return;
    this.shown = film.id;
    this.root.replaceChildren(...this.parts(film, stills, files));
  }

  parts(film, stills, files) {
    const video = player(film);
    const length = el('span');
    video.addEventListener('loadedmetadata', () => { length.textContent = `${duration(video.duration)} long.`; });
    const keep = el('div', { class: 'keep' }, el('h3', { text: 'The film' }), el('p', {}, this.note, length),
      el('div', { class: 'film-first' }, download('Download the film (mp4)', film.video, film.file, 'accent'), this.sending(film)), this.others(film, stills, files), this.credits);
    return [video, keep];
  }

  /** Players that show no subtitles still show words in the picture. */
  sending(film) {
    if (film.in_picture) return el('p', { class: 'note', text: 'The words are in the picture: good for sending on.' });
    if (!film.captions) return '';
    const made = el('button', { type: 'button', class: 'plain', text: 'Words in the picture, for sending on', title: 'Makes the film again with its narration in the picture: many messengers show no subtitles' });
    made.addEventListener('click', async () => { made.disabled = true; await this.burn(); made.disabled = false; });
    return made;
  }

  others(film, stills, files) {
    const whole = files.find(({ file }) => file.endsWith('.zip'));
    const links = [...film.narration.map(({ words, address: path, file }) => download(words, path, file, 'quiet')),
      download('Download the pictures (zip)', stills.address, stills.file, 'quiet')];
    if (whole) links.push(download('Download the whole project (zip)', whole.address, whole.file, 'quiet'));
    return el('div', { class: 'film-others' }, ...links);
  }

  /** Bring the film into sight. */
  reveal() {
    this.root.scrollIntoView({ behavior: isCalm() ? 'auto' : 'smooth', block: 'center' });
  }
}

/** Say when a film was made and whether it is still right; while all of it is made nothing is to be done about that. */
export function noteWords({ note, made, drafts }, coming) {
  if (!coming) return note;
  return drafts ? OF_DRAFTS : `${made} The next film is being made.`;
}

function player(film) {
  const video = el('video', { controls: true, playsinline: true, preload: 'metadata', src: `${address(film.video)}#t=0.01` });
  if (film.captions) {
    const track = el('track', { kind: 'subtitles', label: 'Narration', srclang: film.language || 'en', default: !film.in_picture });
    track.src = address(film.captions);
    video.append(track);
  }
  return video;
}
