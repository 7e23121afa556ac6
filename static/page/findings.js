// What is wrong with a story or one of its scenes: how much it matters, where, and a button that fixes it.
import { el } from './dom.js';

const SEVERITIES = { error: ['✕', 'Broken'], warning: ['!', 'Warning'], hint: ['i', 'Hint'] };

/** Draw findings into a list; `fix(key)` is called for a fix, `show(keyframe)` for one pointed at. */
export function drawFindings(list, findings, { fix, show = () => {} }) {
  list.hidden = !findings.length;
  list.replaceChildren(...findings.map((finding) => line(finding, fix, show)));
}

function line(finding, fix, show) {
  const [mark, severity] = SEVERITIES[finding.severity] || SEVERITIES.hint;
  const root = el('li', { class: `finding ${finding.severity}` },
    el('i', { class: 'mark', 'aria-hidden': 'true', text: mark }),
    el('span', {}, el('strong', { text: `${severity}: ` }), finding.words));
  if (finding.fix) {
    const button = el('button', { type: 'button', class: 'fix', text: `Fix: ${finding.fix}` });
    button.addEventListener('click', () => { button.disabled = true; fix(finding.key); });
    root.append(button);
  }
  if (finding.keyframe !== null) {
    root.addEventListener('pointerenter', () => show(finding.keyframe));
    root.addEventListener('pointerleave', () => show(null));
  }
  return root;
}
