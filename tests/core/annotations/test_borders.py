"""Which vertices lie in the same place?"""

from cardamage_core.annotations import borders
from cardamage_core.annotations.model import Dot, Polygon, Polyline, Region

LEFT = Region("left", Polygon((((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)),)))
RIGHT = Region("right", Polygon((((10.0, 0.0), (20.0, 0.0), (20.0, 10.0), (10.0, 10.0)),)))
LINE = Region("line", Polyline(((10.0, 0.0), (10.0, -10.0))))
POINT = Region("point", Dot(10.0, 0.0))
ALL = (LEFT, RIGHT, LINE, POINT)


def test_vertices_of_polygons_and_lines_meet_and_points_stay_alone():
    found = borders.meeting(ALL, (10.0, 0.0), apart_from="left")
    assert [(corner.region.id, corner.ring, corner.index) for corner in found] == [("right", 0, 0), ("line", 0, 0)]
    assert borders.meeting(ALL, (10.1, 0.0)) == ()


def test_an_edge_is_shared_whichever_way_it_is_walked():
    (found,) = borders.beside(ALL, (10.0, 0.0), (10.0, 10.0), apart_from="left")
    assert (found.region.id, found.index) == ("right", 3)
    (grown,) = borders.inserted((found,), (11.0, 5.0))
    assert grown.region.shape.rings[0][grown.index] == (11.0, 5.0)
    assert len(grown.region.shape.rings[0]) == 5


def test_meeting_vertices_move_and_go_together():
    found = borders.meeting(ALL, (10.0, 0.0), apart_from="left")
    right, line = borders.moved(found, (9.0, 1.0))
    assert right.shape.rings[0][0] == line.shape.points[0] == (9.0, 1.0)
    right, line = borders.deleted(found)
    assert len(right.shape.rings[0]) == 3
    assert line == LINE  # a line keeps two points
