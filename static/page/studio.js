// The page of a story: opens the one that the address names, and the first page where there is none.
import { ApiError } from './api.js';
import { onGo, tellStory, tellWelcome } from './bus.js';
import { bringBack, kept } from './copy.js';
import { el } from './dom.js';
import { complain, toast } from './toast.js';
import { Workshop } from './workshop.js';

/**
 * Put the page of a story into the panel. `props.value = {project, stamp, notice}` tells of a story that Gradio's
 * events made or planned anew; `trigger('replan', ...)` asks for such a planning.
 */
export function mount({ element, props, trigger, watch }) {
  const studio = new Studio((told) => trigger('replan', told));
  element.append(studio.root);
  onGo(studio.root, ({ project, notice, step }) => studio.go(project, notice, step));
  watch('value', () => studio.hear(props.value || {}));
  window.addEventListener('popstate', () => { if (wanted() !== studio.project) studio.open(wanted()); });
  studio.hear(props.value || {});
  if (!studio.project) studio.open(wanted());
}

class Studio {
  constructor(replan) {
    this.workshop = new Workshop({ replan, lost: (project, error) => this.failed(project, error) });
    this.lost = el('section', { class: 'lost', hidden: true });
    this.root = el('div', { class: 'studio' }, this.lost, this.workshop.root);
    this.project = '';
    this.stamp = null;
  }

  /** Take what Gradio's events tell: another story, or that this one was planned anew. */
  hear({ project, stamp, notice = null }) {
    if (!project || stamp === this.stamp) return;
    this.stamp = stamp;
    if (project === this.project) this.workshop.replanned(notice);
    else this.go(project, notice);
  }

  /** Show a story under its own address. */
  go(project, notice = null, step = '') {
    const here = new URL(location.href);
    if (here.searchParams.get('p') !== project) {
      here.searchParams.set('p', project);
      if (step) here.searchParams.set('step', step);
      else here.searchParams.delete('step');
      here.hash = '';
      history.pushState(null, '', here);
    }
    window.scrollTo({ top: 0 });
    return this.open(project, notice);
  }

  /** Open a story by its id; none shows the first page. */
  async open(project, notice = null) {
    this.project = project;
    this.lost.hidden = true;
    this.show(Boolean(project));
    if (!project) { this.workshop.close(); tellWelcome(); return; }
    tellStory();
    try {
      await this.workshop.open(project, notice);
    } catch (error) {
      this.failed(project, error);
    }
  }

  failed(project, error) {
    if (!(error instanceof ApiError)) throw error;
    if (project !== this.project) return;
    this.workshop.close();
    if (error.silent) { this.offer('The studio does not answer.', 'Ask again', () => this.open(project)); return; }
    if (error.status === 404 && kept(project)) { this.offerCopy(project); return; }
    complain(error);
    history.replaceState(null, '', location.pathname);
    this.open('');
  }

  offerCopy(project) {
    this.offer('The studio has forgotten this story; your browser kept it.', 'Bring it back', async () => {
      try {
        this.go(await bringBack(project));
        toast('The words and boxes are back; takes have to be rendered again.');
      } catch (error) {
        complain(error);
      }
    });
  }

  offer(words, does, run) {
    const button = el('button', { type: 'button', class: 'accent', text: does });
    button.addEventListener('click', run);
    this.lost.replaceChildren(el('p', { role: 'alert', text: words }), button);
    this.lost.hidden = false;
    button.focus({ preventScroll: true });
  }

  show(story) {
    document.body.classList.toggle('in-story', story);
    document.body.classList.toggle('at-welcome', !story);
  }
}

function wanted() {
  return new URL(location.href).searchParams.get('p') || '';
}
