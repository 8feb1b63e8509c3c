package main

import (
	"bytes"
	"encoding/xml"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// maxNameLength is the most characters that a name in the inventory may have.
const maxNameLength = 80

// refusal is what a vCenter answers to some calls that govmomi's simulator accepts: a template takes no snapshot, names are compared
// without regard to case and have at most 80 characters. Nil where the call may pass.
func (f *front) refusal(method, object string, body []byte) *rule {
	registry := f.service.Context.Map
	switch method {
	case "CreateSnapshot_Task", "CreateSnapshotEx_Task", "PowerOnVM_Task":
		vm, ok := registry.Get(types.ManagedObjectReference{Type: "VirtualMachine", Value: object}).(*simulator.VirtualMachine)
		if ok && vm.Config != nil && vm.Config.Template {
			return &rule{Fault: &fault{Type: "NotSupported"}, Message: "The operation is not supported on the object."}
		}
	case "Rename_Task":
		for _, kind := range []string{"VirtualMachine", "Folder"} {
			reference := types.ManagedObjectReference{Type: kind, Value: object}
			if entity, ok := registry.Get(reference).(mo.Entity); ok && entity.Entity().Parent != nil {
				return taskRefusal(refusedName(registry, firstText(body, "newName"), *entity.Entity().Parent, reference))
			}
		}
	case "CreateFolder":
		folder := types.ManagedObjectReference{Type: "Folder", Value: object}
		if refused := refusedName(registry, firstText(body, "name"), folder, folder); refused != nil {
			return &rule{Fault: refused, Message: "The name " + firstText(body, "name") + " is refused: " + refused.Type}
		}
	case "ImportVApp":
		folder := types.ManagedObjectReference{Type: "Folder", Value: firstText(body, "folder")}
		if refused := refusedName(registry, firstText(body, "name"), folder, folder); refused != nil {
			return &rule{LeaseFault: refused}
		}
	}
	return nil
}

func taskRefusal(refused *fault) *rule {
	if refused == nil {
		return nil
	}
	return &rule{TaskFault: refused}
}

// refusedName says why an object must not have a name in a folder.
func refusedName(registry *simulator.Registry, name string, parent, self types.ManagedObjectReference) *fault {
	plain, err := url.PathUnescape(name)
	if err != nil {
		plain = name
	}
	if plain == "" || utf8.RuneCountInString(plain) > maxNameLength {
		return &fault{Type: "InvalidName", Fields: fieldsOf(map[string]any{"name": name})}
	}
	folder, ok := registry.Get(parent).(*simulator.Folder)
	if !ok {
		return nil
	}
	for _, child := range folder.ChildEntity {
		entity, ok := registry.Get(child).(mo.Entity)
		if ok && child != self && strings.EqualFold(entity.Entity().Name, name) {
			return &fault{Type: "DuplicateName", Fields: fieldsOf(map[string]any{"name": name, "object": child})}
		}
	}
	return nil
}

// firstText is the text of the first element of a name.
func firstText(body []byte, name string) string {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := decoder.Token()
		if err != nil {
			return ""
		}
		if element, ok := token.(xml.StartElement); ok && element.Name.Local == name {
			var text string
			_ = decoder.DecodeElement(&text, &element)
			return text
		}
	}
}
