extension PageText {
  /// What a detector found: the image with boxes over it, and a table of them.
  static let boxes = #"""
    // Names need room beside each other.
    const canvasWidths = [480, 640];

    function boxName(box) { return box.name + ' ' + percent(box.score); }

    async function drawBoxes(canvas, boxes, blob) {
      const picture = await createImageBitmap(blob);
      const width = Math.min(Math.max(picture.width, canvasWidths[0]), canvasWidths[1]);
      const scale = width / picture.width;
      canvas.width = Math.max(1, Math.round(scale * picture.width));
      canvas.height = Math.max(1, Math.round(scale * picture.height));
      const context = canvas.getContext('2d');
      context.drawImage(picture, 0, 0, canvas.width, canvas.height);
      const size = Math.max(11, Math.round(canvas.width / 32));
      context.font = size + 'px system-ui, sans-serif';
      context.textBaseline = 'top';
      // The likeliest are drawn last, over the others. Dark beneath light is seen on any image.
      for (const box of [...boxes].reverse()) {
        const sides = [box.x, box.y, box.width, box.height].map((number) => scale * number);
        for (const [color, thickness] of [['#000', 4], ['#ffd400', 2]]) {
          context.strokeStyle = color;
          context.lineWidth = thickness;
          context.strokeRect(...sides);
        }
        const name = boxName(box);
        const top = Math.max(0, sides[1] - size - 4);
        context.fillStyle = '#000';
        context.fillRect(sides[0], top, context.measureText(name).width + 6, size + 4);
        context.fillStyle = '#ffd400';
        context.fillText(name, sides[0] + 3, top + 2);
      }
    }

    function shownBoxes(model, answer, blob) {
      const boxes = answer.boxes;
      const count = boxes.length === 1 ? 'one box' : (boxes.length || 'no') + ' boxes';
      const names = boxes.length ? ': ' + boxes.map(boxName).join(', ') : '';
      const canvas = element('canvas', {
        class: 'boxes', role: 'img', 'aria-label': model.name + ' finds ' + count + names,
      });
      drawBoxes(canvas, boxes, blob).catch((error) => say(error.message, true));
      const rows = boxes.map((box) =>
        [box.name, percent(box.score), ...[box.x, box.y, box.width, box.height].map(rounded)]);
      return [
        canvas,
        boxes.length
          ? table('Boxes of ' + model.name, ['class', 'score', 'left', 'top', 'width', 'height'], rows)
          : element('p', { class: 'quiet' }, 'No box.'),
      ];
    }
    """#
}
