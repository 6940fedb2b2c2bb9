"""``basyx-client`` and ``basyx-registry-client``: documents as objects of the BaSyx Python SDK, and registries."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from basyx.aas import model

pytest.importorskip("basyx_client", reason="needs basyx-client (extra test)")
pytest.importorskip("basyx_registry_client", reason="needs basyx-registry-client (extra test)")

from basyx_client import AASClient
from basyx_client.exceptions import AASClientError, ConflictError, ResourceNotFoundError
from basyx_client.pagination import iterate_pages
from basyx_registry_client import RegistryClient
from basyx_registry_client.models import AssetAdministrationShellDescriptor, SubmodelDescriptor

SHELL = "https://example.org/ids/aas/press?line=1#a b/ü"
SUBMODEL = "https://example.org/ids/sm/press/한글"
CONCEPT = "urn:example:cd:speed"


def shell(id: str) -> model.AssetAdministrationShell:
    information = model.AssetInformation(model.AssetKind.INSTANCE, global_asset_id=f"{id}:asset")
    return model.AssetAdministrationShell(information, id, id_short="Press")


def submodel(id: str) -> model.Submodel:
    speed = model.Property("Speed", model.datatypes.Double, 1.5)
    inner = model.SubmodelElementCollection(None, [model.Property("Torque", model.datatypes.Int, 7)])
    axes = model.SubmodelElementList("Axes", model.SubmodelElementCollection, [inner])
    texts = model.MultiLanguageProperty("Title", model.MultiLanguageTextType({"ko": "프레스", "en": "press"}))
    return model.Submodel(id, [speed, axes, texts], id_short="Operation")


@pytest.fixture
def client(base: str) -> Any:
    with AASClient(base) as opened:
        yield opened


def value_of(client: AASClient, path: str) -> Any:
    """An element's value; 3.0.3 has it under its name, 3.1 the value alone."""
    value = client.submodels.elements.get_value(SUBMODEL, path)
    if client.base_url.endswith("v3.0"):
        assert list(value) == [path.rsplit(".")[-1]]
        return next(iter(value.values()))
    return value


def rounds(client: AASClient) -> None:
    """Create, read, change, page, delete."""
    client.shells.create(shell(SHELL))
    client.submodels.create(submodel(SUBMODEL))
    with pytest.raises(ConflictError):
        client.shells.create(shell(SHELL))

    reference = model.ModelReference.from_referable(submodel(SUBMODEL))
    client.shells.add_submodel_ref(SHELL, reference)
    # It says that these are objects, and gives dictionaries of the JSON.
    assert [one["keys"][0]["value"] for one in client.shells.list_submodel_refs(SHELL)] == [SUBMODEL]
    assert client.shells.get_asset_info(SHELL)["globalAssetId"] == f"{SHELL}:asset"

    elements = client.submodels.elements
    assert value_of(client, "Axes[0].Torque") == 7
    elements.set_value(SUBMODEL, "Speed", 2.25)
    assert value_of(client, "Speed") == 2.25
    elements.create_root(SUBMODEL, model.Property("Count", model.datatypes.Long, 3))
    elements.update(SUBMODEL, "Count", model.Property("Count", model.datatypes.Long, 4))
    assert elements.get(SUBMODEL, "Count").value == 4
    collection = model.SubmodelElementCollection(None, [model.Property("Torque", model.datatypes.Int, 8)])
    elements.create(SUBMODEL, "Axes", collection)
    assert value_of(client, "Axes[1].Torque") == 8
    assert [one.id_short for one in elements.list(SUBMODEL, limit=2).items] == ["Speed", "Axes"]
    elements.delete(SUBMODEL, "Axes[0]")
    assert value_of(client, "Axes[0].Torque") == 8

    changed = submodel(SUBMODEL)
    changed.id_short = "Changed"
    client.submodels.update(SUBMODEL, changed)
    assert client.submodels.get(SUBMODEL).id_short == "Changed"
    assert client.submodels.get_value(SUBMODEL)["Speed"] == 1.5

    client.concept_descriptions.create(model.ConceptDescription(CONCEPT, id_short="Speed"))
    assert client.concept_descriptions.get(CONCEPT).id_short == "Speed"

    found = client.discovery.get_aas_ids_by_asset([{"name": "globalAssetId", "value": f"{SHELL}:asset"}])
    assert found.items == [SHELL]

    for number in range(5):
        client.shells.create(shell(f"urn:example:aas:{number}"))
    paged = iterate_pages(functools.partial(client.shells.list), page_size=2)
    assert {one.id for one in paged} == {SHELL, *(f"urn:example:aas:{number}" for number in range(5))}

    client.shells.remove_submodel_ref(SHELL, SUBMODEL)
    client.submodels.delete(SUBMODEL)
    client.shells.delete(SHELL)
    client.concept_descriptions.delete(CONCEPT)
    for gone in (lambda: client.shells.get(SHELL), lambda: client.submodels.get(SUBMODEL)):
        with pytest.raises(ResourceNotFoundError):
            gone()


def test_documents(client: AASClient) -> None:
    rounds(client)


def test_documents_in_postgres(on_postgres: str) -> None:
    with AASClient(on_postgres) as client:
        rounds(client)


def test_packages(client: AASClient, tmp_path: Path, package: Callable[[Path], Path]) -> None:
    made = client.packages.upload(package(tmp_path))
    assert made
    assert client.packages.get(made).startswith(b"PK")
    assert len(client.packages.list().items) == 1
    client.packages.update(made, package(tmp_path))
    client.packages.delete(made)
    with pytest.raises(ResourceNotFoundError):
        client.packages.get(made)


def descriptor(id: str) -> dict[str, Any]:
    information = {"href": f"https://example.org/{id}", "endpointProtocol": "HTTPS"}
    return {"id": id, "endpoints": [{"interface": "AAS-3.0", "protocolInformation": information}]}


def test_registries_by_dictionaries(client: AASClient) -> None:
    client.aas_registry.create(descriptor("urn:far:aas"))
    client.aas_registry.update("urn:far:aas", descriptor("urn:far:aas") | {"idShort": "Far"})
    assert client.aas_registry.get("urn:far:aas")["idShort"] == "Far"
    client.aas_registry.add_submodel_descriptor("urn:far:aas", descriptor("urn:far:sm"))
    assert [one["id"] for one in client.aas_registry.list_submodel_descriptors("urn:far:aas").items]
    client.aas_registry.remove_submodel_descriptor("urn:far:aas", "urn:far:sm")
    client.aas_registry.delete("urn:far:aas")
    client.submodel_registry.create(descriptor("urn:far:sm"))
    assert client.submodel_registry.list().items[0]["id"] == "urn:far:sm"
    client.submodel_registry.delete("urn:far:sm")
    with pytest.raises(ResourceNotFoundError):
        client.submodel_registry.get("urn:far:sm")


def test_discovery(client: AASClient) -> None:
    """Its linking is POST ``/lookup/shells``, which no release of IDTA-01002 knows: assets come with the shell."""
    serial = {"name": "serialNumber", "value": "SN 7/ü"}
    made = shell("urn:linked")
    made.asset_information.specific_asset_id = {model.SpecificAssetId(**serial)}
    client.shells.create(made)
    assert client.discovery.get_aas_ids_by_asset([serial]).items == ["urn:linked"]
    assert serial in client.discovery.get_asset_links("urn:linked")
    with pytest.raises(AASClientError, match="405"):
        client.discovery.link_aas_to_asset("urn:linked", [serial])


def test_registries_by_models(base: str) -> None:
    with AASClient(base) as client, RegistryClient(base) as registry:
        client.shells.create(shell(SHELL))
        client.submodels.create(submodel(SUBMODEL))
        client.shells.add_submodel_ref(SHELL, model.ModelReference.from_referable(submodel(SUBMODEL)))
        assert registry.get_description().profiles
        assert [one.id for one in registry.iter_shell_descriptors()] == [SHELL]
        assert [one.id for one in registry.iter_submodel_descriptors_of_shell(SHELL)] == [SUBMODEL]
        for href, kind in (
            (registry.resolve_aas_href(SHELL), "shells"),
            (registry.resolve_submodel_href(SUBMODEL), "submodels"),
        ):
            assert href.startswith("http://127.0.0.1:") and f"/{kind}/" in href

        far = AssetAdministrationShellDescriptor.model_validate(descriptor("urn:far:aas"))
        registry.register_shell_descriptor(far)
        registry.update_shell_descriptor("urn:far:aas", far.model_copy(update={"id_short": "Far"}))
        assert registry.get_shell_descriptor("urn:far:aas").id_short == "Far"
        assert len(registry.list_shell_descriptors(limit=1)) == 1
        near = SubmodelDescriptor.model_validate(descriptor("urn:far:sm"))
        registry.add_submodel_descriptor_to_shell("urn:far:aas", near)
        registry.remove_submodel_descriptor_from_shell("urn:far:aas", "urn:far:sm")
        registry.unregister_shell_descriptor("urn:far:aas")
        registry.register_submodel_descriptor(near)
        registry.update_submodel_descriptor("urn:far:sm", near)
        registry.unregister_submodel_descriptor("urn:far:sm")
        assert [one.id for one in registry.iter_submodel_descriptors()] == [SUBMODEL]
