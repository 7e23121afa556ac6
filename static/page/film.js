// The film: plays with its narration as subtitles, and can be kept.
import { el, address, duration, isCalm } from './dom.js';

/** The film's place. */
export class Film {
  constructor() {
    this.root = el('section', { class: 'film', hidden: true, 'aria-label': 'The film' });
    this.credits = el('p', { class: 'film-credits' });
    this.shown = null;
  }

  /** Show the film of a story. */
  draw(film) {
    this.credits.textContent = film && film.credits ? `Credits: ${film.credits}.` : '';
    this.credits.hidden = !this.credits.textContent;
    const id = film ? film.id : '';
    if (this.shown === id) return;
    this.shown = id;
    this.root.hidden = !film;
    this.root.replaceChildren(...(film ? parts(film, this.credits) : []));
  }

  /** Bring the film into sight. */
  reveal() {
    this.root.scrollIntoView({ behavior: isCalm() ? 'auto' : 'smooth', block: 'center' });
  }
}

function parts(film, credits) {
  const video = el('video', { controls: true, playsinline: true, preload: 'metadata', src: `${address(film.video)}#t=0.01` });
  if (film.captions) {
    const track = el('track', { kind: 'subtitles', label: 'Narration', srclang: film.language || 'en', default: !film.in_picture });
    track.src = address(film.captions);
    video.append(track);
  }
  const keep = el('div', { class: 'keep' }, el('h3', { text: 'The film' }));
  const length = el('span');
  keep.append(el('p', {}, el('span', { text: `${film.note} ` }), length));
  keep.append(download('Download the film (mp4)', film.video, film.file));
  for (const { words, address: path, file } of film.narration) keep.append(download(words, path, file));
  keep.append(credits);
  video.addEventListener('loadedmetadata', () => { length.textContent = `${duration(video.duration)} long.`; });
  return [video, keep];
}

/** Make the link that hands over a served file to keep. */
export function download(words, path, name) {
  const link = new URL(address(path));
  link.searchParams.set('download', '1');
  return el('a', { class: 'download', href: link.href, download: name, text: words });
}
