// What is wrong with a story or one of its scenes: how much it matters, where, and a button that fixes it.
import { el } from './dom.js';

const SEVERITIES = { error: ['✕', 'Broken'], warning: ['!', 'Warning'], hint: ['i', 'Hint'] };

/** Draw findings into a list; `fix(key)` is called for a fix, `show(keyframe)` for one pointed at. */
export function drawFindings(list, findings, { fix, show = () => {} }) {
  const made = JSON.stringify(findings);
  if (list.dataset.made === made) return; // keeps the focus where it is
  list.dataset.made = made;
  list.hidden = !findings.length;
  list.replaceChildren(...findings.map((finding) => line(finding, fix, show)));
}

/** Give the mark of the gravest finding: `{mark, words, severity}`, or null where there is none but hints. */
export function gravest(findings) {
  for (const severity of ['error', 'warning']) {
    const number = findings.filter((finding) => finding.severity === severity).length;
    const [mark, name] = SEVERITIES[severity];
    if (number) return { mark, severity, number, words: number === 1 ? `1 ${name.toLowerCase()}` : `${number} times ${name.toLowerCase()}` };
  }
  return null;
}

function line(finding, fix, show) {
  const [mark, severity] = SEVERITIES[finding.severity] || SEVERITIES.hint;
  const root = el('li', { class: `finding ${finding.severity}` },
    el('i', { class: 'mark', 'aria-hidden': 'true', text: mark }),
    el('span', {}, el('strong', { text: `${severity}: ` }), finding.words));
  if (finding.fix) {
    const button = el('button', { type: 'button', class: 'link fix', text: `Fix: ${finding.fix}` });
    button.addEventListener('click', () => { button.disabled = true; fix(finding.key); });
    root.append(button);
  }
  if (finding.keyframe !== null && finding.keyframe !== undefined) {
    for (const event of ['pointerenter', 'focusin']) root.addEventListener(event, () => show(finding.keyframe));
  }
  return root;
}
