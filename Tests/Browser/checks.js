// What is wrong with a page, as sentences; runs within it. A page that is served may load what is
// its server's, and run it.
((isServed) => {
  const wrong = [];
  const say = (text) => wrong.push(text);
  const shown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });

  if (!document.title.trim()) say("the page has no title");
  if (document.documentElement.lang !== "en") say("the page does not say its language");
  if (!document.querySelector("main")) say("the page has no main part");

  const levels = [...document.querySelectorAll("h1,h2,h3,h4")].map((one) => +one.tagName[1]);
  if (levels[0] !== 1 || levels.filter((level) => level === 1).length !== 1)
    say(`expected one first heading, found levels ${levels}`);
  levels.forEach((level, index) => {
    if (index && level > levels[index - 1] + 1) say(`a heading of level ${level} skips one`);
  });

  for (const image of document.images) {
    if (!shown(image)) continue;
    if (!image.alt.trim()) say(`an image has no text: ${image.src.slice(0, 60)}`);
    if (!image.complete || image.naturalWidth === 0) say(`an image is not shown: ${image.alt}`);
    if (!image.src.startsWith("data:") && !(isServed && image.src.startsWith("blob:"))) say(`an image comes from elsewhere: ${image.src}`);
  }
  for (const svg of document.querySelectorAll("svg")) {
    if (svg.parentElement.closest("svg") || svg.closest("[aria-hidden=true]")) continue;
    if (svg.getAttribute("role") !== "img" || !(svg.getAttribute("aria-label") || "").trim())
      say("a drawing has no name");
  }
  for (const chart of document.querySelectorAll("svg.chart")) {
    if (!chart.closest("section").querySelector("table")) say("a chart has no table behind it");
    for (const attribute of chart.outerHTML.matchAll(/(?:x|y|width|height|cx|cy|d)="([^"]*)"/g))
      if (/nan|inf/i.test(attribute[1])) say(`a chart has a number that is none: ${attribute[0]}`);
  }
  for (const table of document.querySelectorAll("table")) {
    if (!table.caption?.textContent.trim()) say("a table has no caption");
    if (!table.querySelector("th[scope=col]")) say("a table has no titles");
  }
  for (const region of document.querySelectorAll("[role=region],nav")) {
    if (!(region.getAttribute("aria-label") || "").trim()) say("a region has no name");
  }

  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  if (new Set(ids).size !== ids.length) say("two elements have one id");
  for (const link of document.links) {
    const target = link.getAttribute("href");
    if (!target.startsWith("#")) say(`a link leads elsewhere: ${target}`);
    else if (!document.getElementById(target.slice(1))) say(`a link leads nowhere: ${target}`);
  }
  const parts = [...document.querySelectorAll("script,link,iframe,object,embed,form")];
  const mayBe = (one) =>
    isServed &&
    (one.matches("form:not([action])") ||
      (one.matches("script,link") && !one.textContent &&
        [location.origin, "null"].includes(new URL(one.src || one.href).origin)));
  if (parts.some((one) => !mayBe(one))) say("the page has parts that load or run");
  const styles = [...document.querySelectorAll("[style]")];
  if (styles.length && !isServed) say("elements have styles of their own, which the policy forbids");
  for (const field of document.querySelectorAll("input,select,textarea"))
    if (!field.labels.length) say("a field has no label");
  for (const button of document.querySelectorAll("button"))
    if (!button.textContent.trim()) say("a button has no name");
  for (const element of document.querySelectorAll("*"))
    for (const attribute of element.attributes)
      if (attribute.name.startsWith("on")) say(`an element runs ${attribute.name}`);

  const width = document.documentElement.scrollWidth;
  if (width > innerWidth) say(`the page is ${width} wide on a screen of ${innerWidth}`);

  const channels = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = channels(getComputedStyle(one).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let texts = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !shown(element) || element.closest("title")) continue;
    texts++;
    const style = getComputedStyle(element);
    const colour = channels(element.closest("svg") ? style.fill : style.color);
    const [high, low] = [luminance(colour), luminance(behind(element))].sort((a, b) => b - a);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < 4.5)
      say(`contrast ${contrast.toFixed(2)}: '${walker.currentNode.data.trim().slice(0, 40)}'`);
    if (parseFloat(style.fontSize) < 10.5)
      say(`letters of ${style.fontSize}: '${walker.currentNode.data.trim().slice(0, 40)}'`);
  }
  if (texts < 20) say(`only ${texts} texts are shown`);
  return [...new Set(wrong)];
})
