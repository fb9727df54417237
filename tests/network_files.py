"""Small map files, written by hand: OSM XML, OSMnx GraphML, SUMO net.xml, GMNS tables and GeoJSON."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" lat="-1.2700" lon="116.8500"/> <node id="2" lat="-1.2700" lon="116.8520"/>
 <node id="3" lat="-1.2700" lon="116.8540"/> <node id="4" lat="-1.2680" lon="116.8520"/>
 <node id="5" lat="-1.2720" lon="116.8520"/>
 <node id="6" lat="-1.2700" lon="116.8518"><tag k="highway" v="traffic_signals"/></node>
 <way id="10"><nd ref="1"/><nd ref="6"/><nd ref="2"/>
  <tag k="highway" v="primary"/><tag k="lanes" v="4"/><tag k="name" v="Jl. Utama"/>
  <tag k="maxspeed" v="60"/></way>
 <way id="14"><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/></way>
 <way id="11"><nd ref="2"/><nd ref="4"/><tag k="highway" v="residential"/></way>
 <way id="12"><nd ref="2"/><nd ref="5"/><nd ref="99"/>
  <tag k="highway" v="residential"/><tag k="oneway" v="-1"/></way>
 <way id="13"><nd ref="4"/><nd ref="5"/><tag k="highway" v="footway"/></way>
 <relation id="20"><member type="way" ref="11" role="from"/><member type="node" ref="2" role="via"/>
  <member type="way" ref="10" role="to"/><tag k="type" v="restriction"/>
  <tag k="restriction" v="no_right_turn"/></relation>
</osm>
"""
GRAPHML = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
 <key id="x" for="node" attr.name="x" attr.type="string"/>
 <key id="y" for="node" attr.name="y" attr.type="string"/>
 <key id="s" for="node" attr.name="highway" attr.type="string"/>
 <key id="h" for="edge" attr.name="highway" attr.type="string"/>
 <key id="l" for="edge" attr.name="lanes" attr.type="string"/>
 <key id="o" for="edge" attr.name="oneway" attr.type="string"/>
 <key id="g" for="edge" attr.name="geometry" attr.type="string"/>
 <key id="i" for="edge" attr.name="osmid" attr.type="string"/>
 <graph edgedefault="directed">
  <node id="1"><data key="x">116.850</data><data key="y">-1.270</data></node>
  <node id="2"><data key="x">116.852</data><data key="y">-1.270</data>
   <data key="s">traffic_signals</data></node>
  <node id="3"><data key="x">116.854</data><data key="y">-1.270</data></node>
  <node id="4"><data key="x">116.852</data><data key="y">-1.268</data></node>
  <edge source="1" target="2"><data key="h">['primary', 'residential']</data>
   <data key="l">['3', '2']</data><data key="o">True</data></edge>
  <edge source="2" target="3"><data key="h">primary</data><data key="o">True</data>
   <data key="g">LINESTRING (116.852 -1.27, 116.853 -1.2702, 116.854 -1.27)</data></edge>
  <edge source="2" target="4"><data key="h">residential</data><data key="o">False</data>
   <data key="i">7</data></edge>
  <edge source="4" target="2"><data key="h">residential</data><data key="o">False</data>
   <data key="i">7</data></edge>
 </graph>
</graphml>
"""


def sumo_xml(*, lefthand: str = 'lefthand="true"', second: str = "rGrG") -> str:
    """Return a crossing c of w-e and s-n, one way each direction, as netconvert writes it."""
    ends = {"w": (0, 100), "e": (200, 100), "s": (100, 0), "n": (100, 200)}
    edges, connections = [], []
    for name, (x, y) in ends.items():
        for key, a, b, line in (
            (f"{name}c", name, "c", f"{x},{y} {100 + (x - 100) * 0.1},{100 + (y - 100) * 0.1}"),
            (f"c{name}", "c", name, f"{100 + (x - 100) * 0.1},{100 + (y - 100) * 0.1} {x},{y}"),
        ):
            lanes = "".join(
                f'<lane id="{key}_{i}" index="{i}" {who} speed="13.89" length="90" shape="{line}"/>'
                for i, who in enumerate(('allow="pedestrian"', 'disallow="pedestrian"'))
            )
            edges.append(f'<edge id="{key}" from="{a}" to="{b}" priority="2">{lanes}</edge>')
    for i, (a, b) in enumerate((("w", "e"), ("s", "n"), ("e", "w"), ("n", "s"))):
        connections.append(
            f'<connection from="{a}c" to="c{b}" fromLane="1" toLane="1" '
            f'tl="t" linkIndex="{i}" dir="s" state="o"/>'
        )
    nodes = "".join(
        f'<junction id="{n}" type="dead_end" x="{x}" y="{y}" incLanes="" intLanes="" shape=""/>'
        for n, (x, y) in ends.items()
    )
    phases = "".join(
        f'<phase duration="{d}" state="{state}"/>'
        for d, state in ((30, "GrGr"), (3, "yryr"), (2, "rrrr"), (25, second), (3, "ryry"))
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<net version="1.16" {lefthand}>
<location netOffset="0.00,0.00" convBoundary="0,0,200,200" origBoundary="0,0,200,200" projParameter="!"/>
{"".join(edges)}<tlLogic id="t" type="static" programID="0" offset="5">{phases}</tlLogic>{nodes}
<junction id="c" type="traffic_light" x="100" y="100" incLanes="wc_1 sc_1 ec_1 nc_1" intLanes="" shape=""/>
{"".join(connections)}</net>"""


# A crossing as others write it: miles per hour, UTM, two directions on one line, a bikeway, a crosswalk
GMNS = {
    "config": "dataset_name,short_length,long_length,speed,crs\nArlington,foot,mile,mph,EPSG:26919\n",
    "node": """node_id,name,x_coord,y_coord,z_coord,node_type,ctrl_type,zone_id,parent_node_id
2,,322990,4698276,,,,,
4,,322674,4697988,,,,,
5,,322716,4698210,,,,,
6,Centre,322842,4698158,,,signal,,
7,,322989,4698064,,,,,
8,,322902,4698174,,,,,
""",
    "link": "link_id,name,from_node_id,to_node_id,directed,geometry_id,geometry,dir_flag,length,"
    """facility_type,free_speed,lanes,parking,allowed_uses
21,Mystic Street,2,6,1,,"LINESTRING(322990 4698276,322840 4698158)",1,660,ARTERIAL,25,2,none,ALL
22,Mystic Street,6,2,1,,"LINESTRING(322844 4698158,322994 4698276)",1,660,ARTERIAL,25,1,none,ALL
31,Mass. Ave,6,7,1,g7,,1,330,ARTERIAL,30,,parallel,"auto, bike"
41,Pleasant St,4,6,0,,"LINESTRING(322674 4697988,322842 4698158)",,790,local,,1,none,
52,Mass. Ave,6,5,TRUE,,"LINESTRING(322716 4698210,322842 4698156)",-1,460,ARTERIAL,25,2,none,ALL
80,Minuteman Bikeway,6,8,1,,,,390,BIKEWAY,12,0,none,"WALK, BIKE"
90,,6,8,0,,,,60,CROSSWALK,,,,
""",
    "geometry": 'geometry_id,geometry\ng7,"LINESTRING(322842 4698156,322924 4698105,322989 4698064)"\n',
    "movement": """mvmt_id,node_id,ib_link_id,ob_link_id,type,ctrl_type
1,6,21,41,thru,signal
2,6,21,31,left,signal
3,6,41,22,thru,signal
4,6,41,31,right,signal
5,6,41,52,left,signal
6,6,21,52,right,signal
7,6,80,22,left,signal
""",
}


def write_gmns_tables(folder: Path, tables: Mapping[str, str] = GMNS) -> Path:
    """Write tables into a folder, made for them."""
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def zipped(folder: Path, inside: str = "") -> Path:
    """Return a zip of the tables of a folder, beside it."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as packed:
        for file in sorted(folder.iterdir()):
            packed.write(file, f"{inside}{file.name}")
    return path


def _feature(points: list[list[float]], **properties: object) -> dict[str, object]:
    line = {"type": "LineString", "coordinates": points}
    return {"type": "Feature", "geometry": line, "properties": properties}


def line_features(*lines: list[list[float]]) -> str:
    """Return GeoJSON of these lines."""
    return json.dumps({"type": "FeatureCollection", "features": [_feature(line) for line in lines]})


# A street with a side street that ends 20 cm short of its middle vertex, and a footway
GEOJSON = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            _feature(
                [[116.85, -1.27], [116.852, -1.27], [116.854, -1.27]],
                name="Jl. Utama",
                highway="primary",
                lanes=4,
                speed=60,
            ),
            _feature([[116.852, -1.2699982], [116.852, -1.268]], lanes="2", name="Gang"),
            _feature([[116.854, -1.27], [116.856, -1.271]], oneway=True, lanes=2, maxspeed="30 mph"),
            _feature([[116.854, -1.27], [116.854, -1.268]], highway="footway"),
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [116.85, -1.27]},
                "properties": {},
            },
        ],
    }
)
