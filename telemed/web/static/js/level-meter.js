// The level of a microphone, drawn on a canvas; it also tells whether anything was ever heard.

const HEARD = 0.02;

export class LevelMeter {
  #canvas;
  #context = null;
  #frame = 0;
  #level = 0;

  constructor(canvas, onHeard = () => {}) {
    this.#canvas = canvas;
    this.onHeard = onHeard;
  }

  listen(stream) {
    this.stop();
    if (!stream.getAudioTracks().length) return;
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 512;
    this.#context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const draw = () => {
      analyser.getFloatTimeDomainData(samples);
      const loudness = Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
      this.#level = Math.max(loudness, this.#level * 0.9);
      if (loudness > HEARD) this.onHeard();
      this.#draw(Math.min(1, this.#level * 4));
      this.#frame = requestAnimationFrame(draw);
    };
    draw();
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#context?.close();
    this.#context = null;
  }

  #draw(share) {
    const { width, height } = this.#canvas;
    const brush = this.#canvas.getContext("2d");
    brush.clearRect(0, 0, width, height);
    brush.fillStyle = getComputedStyle(this.#canvas).getPropertyValue("--accent");
    brush.fillRect(0, 0, width * share, height);
  }
}
