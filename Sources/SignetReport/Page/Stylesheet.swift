/// How the page looks: one sheet, whose digest the page's policy names.
package enum Stylesheet {
  package static let page: Markup = """
    :root{--paper:#fff;--text:#1b1f24;--quiet:#57606a;--line:#d9dee3;--tint:#f4f6f8;\
    --accent:#0b62b0;--warm:#a8480f;--cool:#1a7f5a;--grey:#8c959f}
    @media(prefers-color-scheme:dark){:root{--paper:#14181d;--text:#e3e7eb;--quiet:#9aa5b1;\
    --line:#333b44;--tint:#1c2127;--accent:#6fb2f2;--warm:#f0a070;--cool:#63cba2;--grey:#78828d}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--paper);color:var(--text);font:16px/1.5 system-ui,-apple-system,\
    "Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
    header,main,footer{max-width:56rem;margin:0 auto;padding:0 1rem}
    header{padding-top:2rem}
    footer{padding-bottom:3rem}
    h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}
    h2{font-size:1.25rem;line-height:1.3;margin:0 0 .25rem}
    h3{font-size:1rem;margin:1.5rem 0 .25rem}
    section{padding:1.75rem 0 .5rem}
    section+section,nav+section{border-top:1px solid var(--line)}
    p{margin:.25rem 0 .75rem;max-width:44rem;overflow-wrap:anywhere}
    a{color:var(--accent)}
    .quiet,.facts,.kind,caption{color:var(--quiet)}
    .skip{position:absolute;left:-99rem}
    .skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem}
    :focus-visible{outline:2px solid var(--accent);outline-offset:2px}
    nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:.75rem 0 1.25rem;margin:0;\
    list-style:none;font-size:.9rem}
    .findings{list-style:none;margin:.75rem 0 0;padding:0;display:grid;gap:1rem 2rem;\
    grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr))}
    .findings li{border-left:3px solid var(--line);padding-left:.875rem;overflow-wrap:anywhere}
    .findings strong{display:block;font-size:1.375rem;line-height:1.3;font-weight:600}
    .scroll{overflow-x:auto;max-width:100%}
    .tall{overflow-y:auto;max-height:30rem;border:1px solid var(--line);border-radius:4px}
    table{border-collapse:collapse;font-size:.875rem;margin:.5rem 0;min-width:min(100%,20rem)}
    caption{text-align:left;padding-bottom:.25rem}
    th,td{padding:.25rem .75rem .25rem 0;text-align:left;vertical-align:top;\
    border-bottom:1px solid var(--line)}
    th{font-weight:500}
    thead th{color:var(--quiet);font-weight:400;white-space:nowrap}
    .number{text-align:right;white-space:nowrap}
    tbody th{overflow-wrap:anywhere;min-width:8rem}
    details{margin:.5rem 0 1rem}
    summary{cursor:pointer;color:var(--accent);font-size:.9rem;width:fit-content}
    dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:.5rem 0}
    dt{color:var(--quiet)}
    dd{margin:0;overflow-wrap:anywhere;min-width:0}
    pre{background:var(--tint);padding:.75rem;margin:.5rem 0;white-space:pre-wrap;overflow-wrap:anywhere;\
    font-size:.85rem;border-radius:4px}
    .gallery{list-style:none;margin:1rem 0;padding:0;display:grid;gap:1rem;\
    grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));font-size:.85rem;line-height:1.35}
    .gallery.wide{grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr))}
    .gallery img{image-rendering:pixelated;display:block;margin-bottom:.375rem;background:var(--tint)}
    .gallery li{overflow-wrap:anywhere}
    .strip{display:flex;flex-wrap:wrap;gap:.5rem .75rem}
    @media(max-width:30rem){.wide .strip{display:grid;grid-template-columns:repeat(2,max-content)}}
    figure{margin:0}
    figcaption{color:var(--quiet)}
    .confusion td{text-align:right;padding:.25rem .4rem;min-width:2.25rem}
    .confusion .right{font-weight:600}
    .confusion .wrong{color:var(--warm)}
    .pair{display:grid;gap:1.5rem 2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))}
    @media print{body{font-size:10pt}nav,.skip{display:none}.tall{max-height:none;overflow:visible}\
    .scroll{overflow:visible}section{break-inside:auto}h2,h3{break-after:avoid}\
    .findings li,.gallery li,svg,tr{break-inside:avoid}\
    details::details-content{content-visibility:visible;block-size:auto}}
    """

  package static let charts: Markup = """
    .chart{display:block;margin:.5rem 0;font-size:12px;overflow:visible}
    .chart text{fill:var(--text)}
    .chart .tick{fill:var(--quiet);font-size:11px}
    .chart .value{text-anchor:end;fill:var(--quiet)}
    .chart .mark{font-weight:600}
    .grid{stroke:var(--line);stroke-width:1}
    .front{stroke:var(--accent);stroke-width:1;stroke-dasharray:3 3}
    .line{fill:none;stroke-width:2;vector-effect:non-scaling-stroke;stroke-linejoin:round}
    rect.accent,circle.accent{fill:var(--accent)}.line.accent{stroke:var(--accent)}
    rect.quiet,circle.quiet{fill:var(--grey)}.line.quiet{stroke:var(--grey)}
    rect.warm,circle.warm{fill:var(--warm)}.line.warm{stroke:var(--warm)}
    rect.cool,circle.cool{fill:var(--cool)}.line.cool{stroke:var(--cool)}
    .swatch{display:inline-block;width:.75rem;height:.5rem;margin-right:.375rem;border-radius:1px}
    .swatch.accent{background:var(--accent)}.swatch.quiet{background:var(--grey)}
    .swatch.warm{background:var(--warm)}.swatch.cool{background:var(--cool)}
    .legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;\
    margin:.5rem 0;font-size:.85rem;color:var(--quiet)}
    .graph{list-style:none;margin:0;padding:.25rem .75rem;font-size:.875rem;line-height:1.35}
    .graph li{position:relative;padding:.3rem 0;overflow-wrap:anywhere}
    .graph svg{position:absolute;left:0;top:0}
    .graph path{fill:none;stroke:var(--grey);stroke-width:1.5;vector-effect:non-scaling-stroke}
    .graph .dot{stroke-width:7;stroke-linecap:round}
    .graph .dot.binary{stroke:var(--accent)}
    .graph .name{font-weight:500}
    .graph .facts{display:block}
    """

  /// Room for the lines beside a drawn graph.
  static let lanes = Markup(
    (1...GraphFigure.mostLanes).map { count in
      let room = ChartNumber.place(GraphFigure.lanePitch * Double(count) + 8)
      return ".lanes-\(count) li{padding-left:\(room)px}"
    })
}
