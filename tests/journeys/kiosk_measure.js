// Which targets are too small or too close, which words are broken over two lines, and how high the capitals
// are, in millimetres. `mm`: pixels of one.
(mm) => {
  scrollTo(0, 0);
  const seen = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && element.checkVisibility({ visibilityProperty: true });
  };
  const TARGETS = "button, a, summary, input:not([type=checkbox]), label:has(input), .marks label";
  const targets = [...document.querySelectorAll(TARGETS)]
    .filter((each) => seen(each) && !each.classList.contains("skip"))
    .map((each) => ({ box: each.getBoundingClientRect(), name: each.id || each.textContent.trim().slice(0, 30) }));
  const small = targets.filter(({ box }) => Math.min(box.width, box.height) < 12.7 * mm - 0.5).map(({ name }) => name);
  const close = [];
  targets.forEach((one, i) => targets.slice(i + 1).forEach((other) => {
    const across = Math.max(one.box.left - other.box.right, other.box.left - one.box.right);
    const down = Math.max(one.box.top - other.box.bottom, other.box.top - one.box.bottom);
    if (Math.max(across, down) < 2.54 * mm - 0.5) close.push(`${one.name} / ${other.name}`);
  }));
  const context = document.createElement("canvas").getContext("2d");
  const capitals = new Map();
  const broken = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const { parentElement: parent } = node;
    if (node.data.trim() === "" || !seen(parent) || parent.closest(".hidden, .skip")) continue;
    for (const { 0: word, index } of node.data.matchAll(/\p{L}+/gu)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      if (range.getClientRects().length > 1) broken.push(word);
    }
    const { fontFamily, fontSize } = getComputedStyle(parent);
    context.font = `${fontSize} ${fontFamily}`;
    const height = context.measureText("H").actualBoundingBoxAscent / mm;
    capitals.set(`${parent.closest(".above") ? "bar " : ""}${height.toFixed(1)}`, node.data.trim().slice(0, 30));
  }
  return { small, close, broken, capitals: Object.fromEntries(capitals), targets: targets.length };
}
