extension PageText {
  /// A card for each model.
  static let models = #"""
    const lastRuns = 25;
    let cards = [];
    let limits = null;

    function shape(extents) { return extents.length ? extents.join(' × ') : 'one number'; }

    function facts(model) {
      const bits = model.bitsPerWeight.toLocaleString('en', { maximumFractionDigits: 2 });
      return [
        model.binaryLayers ? bits + ' bits per weight' : 'float weights',
        bytes(model.fileBytes),
        'takes ' + model.inputs.map((one) => shape(one.shape)).join(', '),
      ].join(' · ');
    }

    function card(model) {
      const made = { model, times: [], layers: new Map() };
      made.time = element('p', { class: 'time' }, '–');
      made.note = element('p', { class: 'quiet' },
        model.takesImages ? 'No image yet.' : 'Takes no image: ask it with tensors, by the API.');
      made.output = element('div', {});
      made.layerTable = element('div', {});
      made.details = element('details', { hidden: true },
        element('summary', {}, 'Time of each layer'), made.layerTable);
      made.box = element('article', { class: model.isReference ? 'card' : 'card is-model' },
        element('h3', {}, model.name), element('p', { class: 'quiet' }, facts(model)),
        made.time, made.note, made.output, made.details);
      return made;
    }

    function showLayers(one, layers) {
      layers.forEach((layer, place) => {
        const times = one.layers.get(place) || { layer, all: [] };
        times.all = [...times.all, layer.milliseconds].slice(-lastRuns);
        one.layers.set(place, times);
      });
      one.details.hidden = false;
      if (one.details.open) drawLayers(one);
    }

    function drawLayers(one) {
      const rows = [...one.layers.values()].map(({ layer, all }) =>
        [layer.name, milliseconds(median(all)), layer.kernel]);
      one.layerTable.replaceChildren(
        table('Time of each layer of ' + one.model.name, ['layer', 'time', 'kernel'], rows));
    }

    function show(one, answer, blob) {
      one.times = [...one.times, answer.milliseconds].slice(-lastRuns);
      one.time.textContent = milliseconds(median(one.times));
      one.note.textContent =
        one.times.length === 1 ? 'one run' : 'median of the last ' + one.times.length + ' runs';
      const isOnly = answer.outputs.length === 1;
      one.output.replaceChildren(
        ...(answer.boxes ? shownBoxes(one.model, answer, blob) : []),
        ...answer.outputs.flatMap((output) => shownOutput(output, isOnly))
          .filter((part) => part !== null));
      if (answer.layers) showLayers(one, answer.layers);
    }

    /// One model after the other: at the same time they would slow each other.
    async function predict(blob) {
      for (const one of cards.filter((one) => one.model.takesImages)) {
        try {
          show(one, await askJSON(
            'v1/models/' + one.model.name + '/predict?top=5&map=png&layers=1',
            { method: 'POST', body: blob, headers: { 'Content-Type': blob.type } }), blob);
        } catch (error) {
          if (error.status === 401) throw error;
          one.note.textContent = error.message;
          one.output.replaceChildren();
        }
      }
    }

    function showModels(list) {
      limits = list.limits;
      cards = list.models.map(card);
      for (const one of cards) {
        one.details.addEventListener('toggle', () => { if (one.details.open) drawLayers(one); });
      }
      byId('models').replaceChildren(...cards.map((one) => one.box));
      const count = cards.length;
      byId('summary').textContent = count === 1 ? 'One model to try.' : count + ' models to try, side by side.';
      if (!cards.some((one) => one.model.takesImages)) byId('try').hidden = true;
    }
    """#
}
