extension PageText {
  /// Images that are dropped, pasted or chosen.
  static let images = #"""
    let current = null;
    let address = null;

    /// What the server reads and takes: another format becomes one it reads, as the browser sees it,
    /// and what is too large is made smaller.
    async function readable(blob) {
      const picture = await createImageBitmap(blob);
      const pixels = picture.width * picture.height;
      const isSmall = pixels <= limits.pixels && blob.size <= limits.bodyBytes;
      if (isSmall && ['image/png', 'image/jpeg'].includes(blob.type)) return blob;
      const factor = Math.min(1, Math.sqrt(limits.pixels / pixels));
      const canvas = element('canvas', {
        width: Math.max(1, Math.floor(factor * picture.width)),
        height: Math.max(1, Math.floor(factor * picture.height)),
      });
      canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
      const type = isSmall ? 'image/png' : 'image/jpeg';
      return new Promise((resolve) => { canvas.toBlob(resolve, type, 0.95); });
    }

    async function take(blob, name) {
      try {
        const image = await readable(blob);
        current = image;
        for (const one of cards) [one.times, one.layers] = [[], new Map()];
        const old = address;
        address = URL.createObjectURL(image);
        byId('shown').src = address;
        byId('shown').hidden = false;
        if (old) URL.revokeObjectURL(old);
        say('Asking the models.');
        await predict(image);
        byId('again').hidden = false;
        say('What the models say of ' + name + ' stands below.');
      } catch (error) {
        if (!needsToken(error)) say(error.message || 'This is no image that can be read.', true);
      }
    }

    function firstImage(transfer) {
      return [...(transfer ? transfer.files : [])].find((file) => file.type.startsWith('image/'));
    }

    function listenForImages() {
      const drop = byId('drop');
      document.addEventListener('dragover', (event) => {
        event.preventDefault();
        drop.classList.add('over');
      });
      document.addEventListener('dragleave', () => drop.classList.remove('over'));
      document.addEventListener('drop', (event) => {
        event.preventDefault();
        drop.classList.remove('over');
        const file = firstImage(event.dataTransfer);
        if (file) take(file, file.name);
        else say('That is no image.', true);
      });
      document.addEventListener('paste', (event) => {
        const file = firstImage(event.clipboardData);
        if (file) take(file, 'the pasted image');
      });
      byId('file').addEventListener('change', () => {
        const file = byId('file').files[0];
        byId('file').value = '';
        if (file) take(file, file.name);
      });
      byId('again').addEventListener('click', async () => {
        for (let run = 1; run <= 20; run += 1) {
          say('Run ' + run + ' of 20.');
          await predict(current);
        }
        say('Times are medians of the last runs.');
      });
    }
    """#

  /// The camera: frames go to the models for as long as it is on.
  static let camera = #"""
    let stream = null;

    function frame(video) {
      const canvas = element('canvas', { width: video.videoWidth, height: video.videoHeight });
      canvas.getContext('2d').drawImage(video, 0, 0);
      return new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', 0.9); });
    }

    function stopCamera() {
      for (const track of stream.getTracks()) track.stop();
      stream = null;
      byId('video').hidden = true;
      byId('camera').textContent = 'Use the camera';
      say('The camera is off.');
    }

    async function startCamera() {
      const video = byId('video');
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      video.srcObject = stream;
      await video.play();
      video.hidden = false;
      byId('shown').hidden = true;
      byId('again').hidden = true;
      byId('camera').textContent = 'Stop the camera';
      say('The models see what the camera sees.');
      for (const one of cards) [one.times, one.layers] = [[], new Map()];
      while (stream) {
        await predict(await frame(video));
        await new Promise((resolve) => { setTimeout(resolve, 200); });
      }
    }

    function listenForCamera() {
      const button = byId('camera');
      // Browsers lend it to pages of this machine and to encrypted ones alone.
      if (!navigator.mediaDevices) {
        button.hidden = true;
        return;
      }
      button.addEventListener('click', async () => {
        if (stream) {
          stopCamera();
          return;
        }
        try {
          await startCamera();
        } catch (error) {
          if (stream) stopCamera();
          if (!needsToken(error)) say('The camera cannot be used: ' + error.message, true);
        }
      });
    }
    """#
}
