"""What does a training begin from?"""

from __future__ import annotations

from cardamage_core.training import start


def test_the_backbone_is_found_where_the_variable_points_to_file_or_folder(tmp_path, monkeypatch):
    path = tmp_path / start.BACKBONE
    path.touch()
    for given in (path, tmp_path):
        monkeypatch.setenv(start.VARIABLE, str(given))
        assert start.find_backbone() == path


def test_the_backbone_is_found_in_the_users_own_folder(tmp_path, monkeypatch):
    monkeypatch.delenv(start.VARIABLE, raising=False)
    path = start._own_place()
    assert path.is_relative_to(tmp_path)  # the throw-away home
    path.parent.mkdir(parents=True)
    path.touch()
    assert start.find_backbone() == path
