extension PageText {
  /// Lines over epochs, as SVG.
  static let charts = #"""
    const chartSize = { width: 330, height: 170, left: 40, right: 8, top: 8, bottom: 24 };

    function svg(name, attributes, ...children) {
      const made = document.createElementNS('http://www.w3.org/2000/svg', name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      made.append(...children);
      return made;
    }

    function ticks(least, most) {
      const step = 10 ** Math.floor(Math.log10(most - least));
      const width = [1, 2, 5, 10].map((factor) => factor * step / 5)
        .find((one) => (most - least) / one <= 5) || step;
      const first = Math.ceil(least / width) * width;
      return Array.from({ length: Math.floor((most - first) / width + 1e-9) + 1 },
        (_, place) => first + place * width);
    }

    function scale(numbers) {
      const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
      if (least < most) return [least, most];
      return [least >= 0 ? Math.max(0, least - 0.5) : least - 0.5, most + 0.5];
    }

    /// `series`: name, class and points [x, y] of each line.
    function lineChart(title, series) {
      const size = chartSize;
      const points = series.flatMap((line) => line.points);
      if (!points.length) return null;
      const [left, right] = scale(points.map((point) => point[0]));
      const [low, high] = scale(points.map((point) => point[1]));
      const x = (value) => size.left
        + (value - left) / (right - left) * (size.width - size.left - size.right);
      const y = (value) => size.height - size.bottom
        - (value - low) / (high - low) * (size.height - size.top - size.bottom);
      const drawn = svg('svg', {
        class: 'chart', role: 'img', viewBox: '0 0 ' + size.width + ' ' + size.height,
        'aria-label': title + '; the numbers stand in the table below',
      });
      for (const tick of ticks(low, high)) {
        drawn.append(svg('line', {
          class: 'grid', x1: size.left, x2: size.width - size.right, y1: y(tick), y2: y(tick),
        }), svg('text', { class: 'tick', x: 0, y: y(tick) + 4 }, rounded(tick)));
      }
      for (const tick of ticks(left, right)) {
        drawn.append(svg('text', {
          class: 'tick', x: x(tick), y: size.height - 6, 'text-anchor': 'middle',
        }, rounded(tick)));
      }
      for (const line of series) {
        drawn.append(svg('polyline', {
          class: 'line ' + line.style,
          points: line.points.map((point) => x(point[0]) + ',' + y(point[1])).join(' '),
        }));
        // One point is no line yet.
        if (line.points.length === 1) {
          const [[first, value]] = line.points;
          drawn.append(svg('circle', { class: line.style, cx: x(first), cy: y(value), r: 3 }));
        }
      }
      const legend = series.filter((line) => line.points.length).map((line) => element('li', {},
        element('span', { class: 'swatch ' + line.style }), line.name));
      return element('div', {}, element('h4', {}, title), drawn,
        element('ul', { class: 'legend' }, ...legend));
    }
    """#

  /// Trainings as they go.
  static let runs = #"""
    const mostRows = 12;
    const runBoxes = new Map();

    function line(run, key, name, style) {
      return {
        name, style,
        points: run.points.filter((point) => point[key] !== null)
          .map((point) => [point.epoch, point[key]]),
      };
    }

    function runBox(name) {
      const made = { note: element('p', { class: 'quiet' }), charts: element('div', { class: 'charts' }),
        table: element('div', {}), seen: '' };
      made.box = element('article', {}, element('h3', {}, name), made.note, made.charts,
        element('details', {}, element('summary', {}, 'The last numbers'), made.table));
      return made;
    }

    function showRun(run, box) {
      const last = run.points[run.points.length - 1];
      if (run.error) box.note.textContent = run.error;
      if (!last) return;
      box.note.textContent = 'epoch ' + rounded(last.epoch) + ', step ' + last.step
        + (last.imagesPerSecond === null ? '' : ', ' + rounded(last.imagesPerSecond) + ' images per second')
        + (run.idleSeconds < 60 ? '' : '; nothing new for ' + Math.round(run.idleSeconds / 60) + ' min');
      const seen = JSON.stringify(last) + run.points.length;
      if (seen === box.seen) return;
      box.seen = seen;
      box.charts.replaceChildren(...[
        lineChart('Loss', [line(run, 'loss', 'training', 'accent')]),
        lineChart('Accuracy, %', [
          line(run, 'top1', 'training', 'accent'), line(run, 'validation', 'validation', 'warm')]),
      ].filter((one) => one !== null));
      const cell = (number) => number === null ? '–' : rounded(number);
      box.table.replaceChildren(table('The last numbers of ' + run.name,
        ['epoch', 'loss', 'training, %', 'validation, %', 'learning rate'],
        run.points.slice(-mostRows).reverse().map((point) => [cell(point.epoch), cell(point.loss),
          cell(point.top1), cell(point.validation), cell(point.learningRate)])));
    }

    async function showRuns() {
      const found = await askJSON('v1/runs');
      byId('runs-note').textContent = found.runs.length
        ? (found.isCut ? 'Those that changed last.' : '') : 'No training has written metrics here yet (--log).';
      for (const run of found.runs) {
        if (!runBoxes.has(run.name)) {
          runBoxes.set(run.name, runBox(run.name));
          byId('runs-list').append(runBoxes.get(run.name).box);
        }
        showRun(run, runBoxes.get(run.name));
      }
    }

    async function watchRuns() {
      byId('runs').hidden = false;
      for (;;) {
        try {
          await showRuns();
        } catch (error) {
          byId('runs-note').textContent = error.message;
        }
        await new Promise((resolve) => { setTimeout(resolve, 2000); });
      }
    }
    """#
}
