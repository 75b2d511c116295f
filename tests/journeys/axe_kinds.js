// Run axe's rules of colour on one element of each kind: those alike in colours, letters and place in the
// document have one contrast, and the rule is slow.
(options) => {
  const kinds = new Map();
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
    if (!hasText && !element.matches("input, textarea, select")) continue;
    const parts = [];
    for (let each = element; each !== null; each = each.parentElement) {
      const { backgroundColor, backgroundImage, opacity } = getComputedStyle(each);
      parts.push(each.tagName, each.className.baseVal ?? each.className, backgroundColor, backgroundImage, opacity);
    }
    const { color, fontSize, fontWeight, visibility, display } = getComputedStyle(element);
    const seen = element.checkVisibility({ visibilityProperty: true });
    const kind = JSON.stringify([parts, color, fontSize, fontWeight, visibility, display, seen]);
    if (!kinds.has(kind)) kinds.set(kind, element);
  }
  return axe.run({ include: [...kinds.values()] }, options);
}
