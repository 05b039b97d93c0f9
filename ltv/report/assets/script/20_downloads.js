/* Downloads: the text was made safe when the page was made, here it only gets its head in the page's language. */

const BOM = "\ufeff";

function download(button) {
  const kept = JSON.parse(document.getElementById(button.dataset.csv).textContent);
  const text = BOM + [kept.head[root.lang], ...kept.lines].join("\r\n") + "\r\n";
  save(new Blob([text], { type: "text/csv;charset=utf-8" }), button.dataset.name);
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/* Pictures: the chart in its light colours with its title, note and source around it, for a slide or a chat. */

const PICTURE = { width: 960, edge: 28, scale: 2 };

const said = (element) => (element ? (element.querySelector(`[lang="${root.lang}"]`) || element).textContent.trim() : "");

async function picture(button) {
  const box = document.querySelector(`[data-chart="${button.dataset.png}"]`);
  const figure = figureOf(box, PICTURE.width, "light");
  const { width, height } = figure.layout;
  const locale = root.lang === "zh" ? "zh-CN" : "en-US";
  const drawing = { data: figure.data, layout: figure.layout, config: { ...CONFIG, locale } };
  const image = await loaded(await Plotly.toImage(drawing, { format: "svg", width, height }));
  const blob = await new Promise((done) => composed(image, height, wordsAround(box, button)).toBlob(done, "image/png"));
  save(blob, button.dataset.name);
}

/* The policy of a page lets images come from data addresses alone, which a drawing is turned into here. */
function loaded(address) {
  const image = new Image();
  return new Promise((done, failed) => Object.assign(image, { onload: () => done(image), onerror: failed, src: address }));
}

function wordsAround(box, button) {
  const card = box.closest(".card");
  const select = selectOf(box);
  const title = said(card.querySelector("h2, h3"));
  const chosen = select ? select.selectedOptions[0].textContent.trim() : "";
  const look = lookOfCharts.plain.layout;
  const [strong, soft] = [look.font.color, look.xaxis.tickfont.color];
  const source = document.getElementById("main").getAttribute("data-source-" + root.lang);
  return [
    { text: chosen ? `${title} · ${chosen}` : title, size: 22, weight: 680, ink: strong },
    { text: said(card.querySelector(".note")), size: 14, weight: 400, ink: soft },
    { text: source, size: 12.5, weight: 400, ink: soft },
  ];
}

function composed(image, height, words) {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  const family = getComputedStyle(document.body).fontFamily;
  const room = PICTURE.width;
  const font = (part) => (pen.font = `${part.weight} ${part.size}px ${family}`);
  const blocks = words.map((part) => (font(part), { ...part, lines: part.text ? linesOf(pen, part.text, room) : [] }));
  const tall = (part) => part.lines.length * part.size * 1.5;
  const above = tall(blocks[0]) + tall(blocks[1]) + 10;
  canvas.width = (room + 2 * PICTURE.edge) * PICTURE.scale;
  canvas.height = (above + height + tall(blocks[2]) + 14 + 2 * PICTURE.edge) * PICTURE.scale;
  pen.scale(PICTURE.scale, PICTURE.scale);
  pen.fillStyle = lookOfCharts.plain.layout.paper_bgcolor;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  let y = PICTURE.edge;
  for (const part of blocks) {
    if (part === blocks[2]) {
      pen.drawImage(image, PICTURE.edge, y + 10, room, height);
      y += height + 24;
    }
    Object.assign(pen, { fillStyle: part.ink, textBaseline: "top" });
    font(part);
    for (const line of part.lines) {
      pen.fillText(line, PICTURE.edge, y);
      y += part.size * 1.5;
    }
  }
  return canvas;
}

function linesOf(pen, text, room) {
  const lines = [""];
  for (const part of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) || []) {
    const longer = lines[lines.length - 1] + part;
    if (lines[lines.length - 1] && pen.measureText(longer.trimEnd()).width > room) lines.push(part);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
