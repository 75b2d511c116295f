/** Read QR codes from the camera: by the browser where it can, else by a library. The picture stays on this device. */

import decodeQR from "qr/decode.js";

const PAUSE = 150;
const WIDTH = 640;
const FORMAT = "qr_code";

/** Not in every browser, nor in TypeScript's library. */
interface Detector {
  detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]>;
}
interface DetectorKind {
  new (options: { formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

type Read = (video: HTMLVideoElement) => Promise<string | null>;

/** Show the camera's picture, and tell every text that is read, until told to stop. Throws where there is no camera. */
export async function watchCamera(video: HTMLVideoElement, onText: (text: string) => void, signal: AbortSignal): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "user", width: { ideal: WIDTH } } });
  try {
    video.srcObject = stream;
    await video.play();
    const read = await findReader();
    while (!signal.aborted && video.isConnected) {
      const text = await read(video);
      if (text !== null) onText(text);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}

async function findReader(): Promise<Read> {
  const kind = (globalThis as { BarcodeDetector?: DetectorKind }).BarcodeDetector;
  const formats: readonly string[] | undefined = await kind?.getSupportedFormats().catch(() => []);
  if (kind === undefined || formats?.includes(FORMAT) !== true) return readByLibrary();
  const detector = new kind({ formats: [FORMAT] });
  return async (video) => (await detector.detect(video).catch(() => []))[0]?.rawValue ?? null;
}

function readByLibrary(): Read {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (video) => {
    const { videoWidth: width, videoHeight: height } = video;
    if (context === null || width === 0) return Promise.resolve(null);
    canvas.width = width;
    canvas.height = height;
    context.drawImage(video, 0, 0);
    try {
      return Promise.resolve(decodeQR(context.getImageData(0, 0, width, height)));
    } catch {
      return Promise.resolve(null);
    }
  };
}
