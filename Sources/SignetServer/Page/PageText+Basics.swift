extension PageText {
  /// Elements, requests and numbers.
  static let basics = #"""
    'use strict';

    const byId = (id) => document.getElementById(id);

    function element(name, properties, ...children) {
      const made = document.createElement(name);
      for (const [key, value] of Object.entries(properties || {})) {
        if (key === 'class') made.className = value;
        else if (key.includes('-') || key === 'role' || key === 'scope') made.setAttribute(key, value);
        else made[key] = value;
      }
      // Strings become text, whatever is in them.
      made.append(...children.filter((child) => child !== null && child !== undefined));
      return made;
    }

    let token = null;

    async function ask(path, options) {
      const request = { ...options, headers: { ...(options && options.headers) } };
      if (token) request.headers.Authorization = 'Bearer ' + token;
      const answer = await fetch(path, request);
      if (answer.ok) return answer;
      let message = 'The server answers with status ' + answer.status + '.';
      try {
        message = (await answer.json()).error.message;
      } catch {
        // What is no JSON says no more.
      }
      throw Object.assign(new Error(message), { status: answer.status });
    }

    const askJSON = async (path, options) => (await ask(path, options)).json();

    function say(text, isWrong) {
      const status = byId('status');
      status.textContent = text;
      status.className = isWrong ? 'wrong' : 'quiet';
    }

    function median(numbers) {
      const sorted = [...numbers].sort((a, b) => a - b);
      const middle = Math.floor(sorted.length / 2);
      return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    const rounded = (number) =>
      Number.isFinite(number) ? Number(number.toPrecision(3)).toLocaleString('en') : '–';

    const milliseconds = (number) => rounded(number) + ' ms';

    const percent = (share) =>
      (100 * share).toLocaleString('en', { maximumFractionDigits: 1 }) + ' %';

    function bytes(count) {
      if (count < 1e3) return count + ' B';
      if (count < 1e6) return rounded(count / 1e3) + ' kB';
      return rounded(count / 1e6) + ' MB';
    }

    function table(caption, titles, rows) {
      const head = titles.map((title, place) =>
        element('th', { scope: 'col', class: place ? 'number' : '' }, title));
      const body = rows.map((row) => element('tr', {}, ...row.map((cell, place) =>
        place ? element('td', { class: 'number' }, cell) : element('th', { scope: 'row' }, cell))));
      return element('div', { class: 'scroll', role: 'region', 'aria-label': caption, tabIndex: 0 },
        element('table', {}, element('caption', {}, caption),
          element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...body)));
    }
    """#

  /// What a network gave: bars of classes, a map's picture, else numbers.
  static let outputs = #"""
    const mostValues = 20;

    function bars(classes) {
      return element('ol', { class: 'bars' }, ...classes.map((one) => {
        const filled = element('span', {});
        filled.style.width = 100 * Math.max(0, Math.min(1, one.probability)) + '%';
        return element('li', {},
          element('span', { class: 'name' }, one.name), element('span', {}, percent(one.probability)),
          element('span', { class: 'bar', 'aria-hidden': 'true' }, filled));
      }));
    }

    function values(output) {
      const rows = output.values.slice(0, mostValues)
        .map((value, place) => [String(place), rounded(value)]);
      const rest = output.values.length - rows.length;
      return [
        table(output.name, ['place', 'value'], rows),
        rest > 0 ? element('p', { class: 'quiet' }, 'and ' + rest + ' more') : null,
      ];
    }

    function shownOutput(output, isOnly) {
      const parts = [];
      if (!output.classes && !output.pictures && !output.values) return parts;
      if (!isOnly) parts.push(element('h4', {}, output.name));
      if (output.classes) parts.push(bars(output.classes));
      else if (output.pictures) {
        parts.push(element('img', {
          src: 'data:image/png;base64,' + output.pictures[0],
          alt: output.name + ' as a picture, ' + output.shape.join(' × '),
        }));
      } else if (output.values) parts.push(...values(output));
      return parts;
    }
    """#
}
