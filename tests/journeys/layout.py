"""What must hold of every screen, however large its text is: all of it can be read and reached."""

from playwright.async_api import Page

from tests.journeys.site import sideways

FIND_FAULTS = """
() => {
  scrollTo(0, 0);
  const faults = [];
  const name = (each) => {
    const id = each.id ? "#" + each.id : "";
    return `${each.tagName.toLowerCase()}${id}.${each.className} "${each.textContent.trim().slice(0, 30)}"`;
  };
  const isVisible = (each) => each.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const isShown = (each) => each instanceof HTMLElement && isVisible(each) && !each.closest(".hidden, .skip");
  const isWider = (each) => each.scrollWidth > each.clientWidth + 1;
  const isHigher = (each) => each.scrollHeight > each.clientHeight + 1;
  const all = [...document.body.querySelectorAll("*")].filter(isShown);
  for (const each of all) {
    const { overflowX, overflowY } = getComputedStyle(each);
    const box = each.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if (box.left < -1 || box.right > innerWidth + 1) faults.push(`beside the window: ${name(each)}`);
    const isCut = (overflowX !== "visible" && isWider(each)) || (overflowY !== "visible" && isHigher(each));
    if (isCut) faults.push(`cut off: ${name(each)}`);
    const isSpilt = each.matches("button, .button, label") && (isWider(each) || isHigher(each));
    if (isSpilt) faults.push(`text beside its box: ${name(each)}`);
  }
  const controls = all.filter((each) => each.matches("a, button, input, select, summary, textarea"));
  const boxes = controls.flatMap((each) => [...each.getClientRects()].map((box) => ({ box, each })));
  const share = (from, to) => Math.min(...to) - Math.max(...from) > 1;
  const meet = (a, b) => share([a.left, b.left], [a.right, b.right])
    && share([a.top, b.top], [a.bottom, b.bottom]);
  boxes.forEach(({ box, each }, place) => {
    for (const other of boxes.slice(place + 1)) {
      const isInside = each.contains(other.each) || other.each.contains(each);
      if (isInside || !meet(box, other.box)) continue;
      faults.push(`one over the other: ${name(each)} and ${name(other.each)}`);
    }
  });
  const stuck = all.filter((each) => getComputedStyle(each).position === "sticky");
  const bottomOf = (each) => (parseFloat(getComputedStyle(each).top) || 0) + each.offsetHeight;
  const covered = Math.max(0, ...stuck.map(bottomOf));
  if (covered > innerHeight / 2) faults.push(`bars take more than half: ${covered} of ${innerHeight}`);
  return faults;
}
"""
"""Nothing is cut off or beside the window, no control lies over another, and bars leave half of it."""


async def find_faults(page: Page) -> list[str]:
    """Return what of a screen cannot be read or reached, in words."""
    faults: list[str] = await page.evaluate(FIND_FAULTS)
    wider = await sideways(page)
    return [*faults, *([f"{wider} pixels wider than the window"] if wider > 0 else [])]
