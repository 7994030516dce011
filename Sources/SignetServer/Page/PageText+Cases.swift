extension PageText {
  /// Images of the data set that a model is sure of and wrong about.
  static let cases = #"""
    async function picture(index, alt) {
      const blob = await (await ask('v1/data/images/' + index)).blob();
      return { blob, image: element('img', { src: URL.createObjectURL(blob), alt }) };
    }

    async function missItem(miss) {
      const { blob, image } = await picture(
        miss.image, miss.file + ': ' + miss.expected + ', taken for ' + miss.found);
      const button = element('button', { type: 'button' }, image,
        element('span', {}, 'says ' + miss.found + ', ' + percent(miss.probabilityOfFound)),
        element('br', {}), element('span', {}, 'is ' + miss.expected + ', ' + percent(miss.probabilityOfExpected)));
      button.addEventListener('click', () => {
        take(blob, miss.file);
        byId('try').scrollIntoView();
      });
      return element('li', {}, button);
    }

    async function showCases(found) {
      byId('cases-note').textContent = found.name + ', ' + found.images + ' images; '
        + (found.isLabelled ? 'wrong is what its label is not' : 'wrong is what the float network does not say')
        + '. Choose one to show it to the models.';
      const parts = [];
      for (const model of found.models) {
        const items = await Promise.all(model.misses.map(missItem));
        parts.push(element('h3', {}, model.name + ': ' + percent(model.share) + ' right'),
          element('ul', { class: 'gallery' }, ...items));
      }
      byId('cases-list').replaceChildren(...parts);
    }

    async function watchCases() {
      byId('cases').hidden = false;
      try {
        for (;;) {
          const found = await askJSON('v1/data');
          if (found.state === 'ready') return await showCases(found);
          byId('cases-note').textContent = found.state === 'failed'
            ? found.message : 'Measuring: ' + found.done + ' of ' + found.total + ' images.';
          if (found.state === 'failed') return undefined;
          await new Promise((resolve) => { setTimeout(resolve, 1000); });
        }
      } catch (error) {
        byId('cases-note').textContent = error.message;
        return undefined;
      }
    }
    """#
}
