// The film: plays with its narration as subtitles, and can be kept.
import { el, address, duration } from './dom.js';

/** Put the film's place into the page. */
export function mount({ element, props, watch }) {
  const root = el('section', { class: 'film', hidden: true });
  element.append(root);
  let shown = null;
  const draw = () => {
    const film = (props.value || {}).film || null;
    const id = film ? `${props.value.project}/${film.id}` : '';
    if (shown === id) return;
    const arrived = shown !== null && film;
    shown = id;
    root.hidden = !film;
    root.replaceChildren(...(film ? parts(film) : []));
    if (arrived && props.value.fresh) root.scrollIntoView({ behavior: 'smooth', block: 'center' });
  };
  watch('value', draw);
  draw();
}

function parts(film) {
  const video = el('video', { controls: true, playsinline: true, preload: 'metadata', src: `${address(film.video)}#t=0.01` });
  if (film.captions) {
    const track = el('track', { kind: 'subtitles', label: 'Narration', srclang: 'en', default: true });
    track.src = address(film.captions);
    video.append(track);
  }
  const keep = el('div', { class: 'keep' }, el('h2', { text: 'The film' }));
  const length = el('span');
  keep.append(el('p', {}, el('span', { text: `${film.note} ` }), length));
  keep.append(download('Download the film (mp4)', film.video, film.file));
  if (film.subtitles) keep.append(download('Download the narration (srt)', film.subtitles, film.subtitles_file));
  video.addEventListener('loadedmetadata', () => { length.textContent = `${duration(video.duration)} long.`; });
  return [video, keep];
}

function download(words, path, name) {
  return el('a', { class: 'download', href: `${address(path)}?download=1`, download: name, text: words });
}
