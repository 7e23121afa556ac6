// Where motions come from: the libraries there are, and four ways to bring more.
import { el } from '../dom.js';
import { Camera } from './camera.js';
import { LibraryList } from './libraries.js';

const VIDEOS = 'video/mp4,video/quicktime,video/webm,video/x-matroska,image/gif,.mp4,.mov,.webm,.mkv,.gif';
const LISTS = '.csv,.jsonl,.parquet';

/**
 * The ways to bring clips. `folder(path)`, `video(file)`, `filmed(file)` (its name is an ending) and `list(file)` bring them;
 * `again(library)` looks through one again, `remove(library)` deletes it; `back()` goes to the clips, `say(words)` tells what is wrong.
 */
export class Sources {
  constructor({ folder, video, filmed, list, again, remove, back, say }) {
    this.camera = new Camera({ keep: filmed, say });
    this.heading = el('h3', { text: 'Where shall motions come from?', tabindex: -1 });
    this.back = el('button', { type: 'button', class: 'quiet', text: '← Back to the clips' });
    this.back.addEventListener('click', back);
    this.mine = el('p', { class: 'note' });
    this.libraries = new LibraryList({ again, remove });
    this.folder = this.folderForm(folder);
    const cards = [
      way('A folder or a list on this machine', 'Videos of a folder, found by their names, or by a caption beside each (.txt, clips.csv). Or a list (csv, jsonl, parquet) that lies beside the videos whose paths it names.', this.folder, this.noFolder),
      way('A video of mine', 'From a phone, for instance. It is cut where the picture cuts.', chooser('Choose a video', VIDEOS, video)),
      way('Film yourself', 'Five seconds in front of the camera. The film is kept by the studio and goes nowhere else.', this.camera.root),
      way('A caption list', 'A list (csv, jsonl, parquet) of videos on YouTube: the id of each, what is seen in it, from when to when. One that names files is added by its path, on the first card.', chooser('Choose a list', LISTS, list)),
    ];
    this.root = el('section', { class: 'sources', hidden: true }, el('header', {}, this.heading, this.back), this.mine,
      el('div', { class: 'ways' }, ...cards), el('h4', { text: 'Libraries' }), this.libraries.root);
  }

  folderForm(folder) {
    const path = el('input', { type: 'text', maxlength: 1000, placeholder: '/home/you/clips', 'aria-label': 'Whole path of the folder or list', autocomplete: 'off' });
    const form = el('form', { class: 'folder-form field' }, path, el('button', { type: 'submit', class: 'plain', text: 'Add' }));
    this.noFolder = el('p', { class: 'note', text: 'Only who runs the studio can add folders and lists of its machine.', hidden: true });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (path.value.trim()) folder(path.value.trim());
    });
    return form;
  }

  /** Show a LibrariesView for a motion of the story; `asks` opens on it, with nothing to go back to. */
  draw({ libraries, asks, folders }, words) {
    this.folder.hidden = !folders;
    this.noFolder.hidden = folders;
    this.back.hidden = asks;
    const told = words ? `A video or a film of your own counts as picked for “${words}”.` : '';
    this.mine.textContent = [asks ? 'No library suits this model yet.' : '', told].filter(Boolean).join(' ');
    this.libraries.draw(libraries);
  }

  /** Whether the camera is open. */
  get isFilming() {
    return !this.camera.stage.hidden;
  }

  show(open) {
    this.root.hidden = !open;
    if (!open) this.camera.close();
  }
}

function way(title, words, ...parts) {
  return el('div', { class: 'way' }, el('h4', { text: title }), el('p', { text: words }), ...parts);
}

function chooser(words, accept, take) {
  const input = el('input', { type: 'file', accept, 'aria-label': words, hidden: true });
  const button = el('button', { type: 'button', class: 'plain', text: words });
  button.addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    const [file] = input.files;
    input.value = ''; // so that the same file can be chosen again
    if (file) take(file);
  });
  return el('div', {}, button, input);
}
