"""What must hold of every screen, however large its text is: all of it can be read and reached."""

from playwright.async_api import Page

from tests.journeys.site import sideways

FIND_FAULTS = """
() => {
  scrollTo(0, 0);
  const faults = [];
  const name = (each) => `${each.tagName.toLowerCase()}${each.id ? "#" + each.id : ""}.${each.className} "${each.textContent.trim().slice(0, 30)}"`;
  const isShown = (each) => each.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !each.closest(".hidden, .skip");
  const all = [...document.body.querySelectorAll("*")].filter((each) => each instanceof HTMLElement && isShown(each));
  for (const each of all) {
    const { overflowX, overflowY } = getComputedStyle(each);
    const box = each.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if (box.left < -1 || box.right > innerWidth + 1) faults.push(`beside the window: ${name(each)}`);
    const isCut = (overflowX !== "visible" && each.scrollWidth > each.clientWidth + 1)
      || (overflowY !== "visible" && each.scrollHeight > each.clientHeight + 1);
    if (isCut) faults.push(`cut off: ${name(each)}`);
    const isSpilt = each.matches("button, .button, label") && (each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1);
    if (isSpilt) faults.push(`text beside its box: ${name(each)}`);
  }
  const controls = all.filter((each) => each.matches("a, button, input, select, summary, textarea"));
  const boxes = controls.flatMap((each) => [...each.getClientRects()].map((box) => ({ box, each })));
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  boxes.forEach(({ box, each }, place) => {
    for (const other of boxes.slice(place + 1)) {
      const isInside = other.each === each || each.contains(other.each) || other.each.contains(each);
      if (!isInside && meet(box, other.box)) faults.push(`one over the other: ${name(each)} and ${name(other.each)}`);
    }
  });
  const stuck = all.filter((each) => getComputedStyle(each).position === "sticky");
  const covered = stuck.reduce((sum, each) => Math.max(sum, (parseFloat(getComputedStyle(each).top) || 0) + each.offsetHeight), 0);
  if (covered > innerHeight / 2) faults.push(`what sticks to the top leaves less than half: ${covered} of ${innerHeight}`);
  return faults;
}
"""
"""Nothing is cut off or beside the window, no control lies over another, and the window is not full of bars."""


async def find_faults(page: Page) -> list[str]:
    """Return what of a screen cannot be read or reached, in words."""
    faults: list[str] = await page.evaluate(FIND_FAULTS)
    wider = await sideways(page)
    return [*faults, *([f"{wider} pixels wider than the window"] if wider > 0 else [])]
