// SPDX-License-Identifier: BSD-2-Clause-Patent
// Entry point, MM communication protocol and boot-phase events of the driver.

#include "HostVarsDxe.h"

#include <Guid/EventGroup.h>
#include <Library/BaseMemoryLib.h>
#include <Library/DebugLib.h>
#include <Library/UefiBootServicesTableLib.h>
#include <Library/UefiDriverEntryPoint.h>
#include <Library/UefiRuntimeLib.h>
#include <Protocol/SmmVariable.h>

/**
  Send a checked message, one at a time.

  The OS serialises runtime services by itself; at boot time a timer callback
  could come in between.

  @param[in,out] Message  See HostVarsDeviceSend().
  @param[in]     Total    See HostVarsDeviceSend().

  @return See HostVarsDeviceSend().
**/
STATIC
EFI_STATUS
SendAlone (
  IN OUT VOID   *Message,
  IN     UINTN  Total
  )
{
  EFI_STATUS  Status;
  EFI_TPL     OldTpl;

  if (EfiAtRuntime ()) {
    return HostVarsDeviceSend (Message, Total);
  }

  OldTpl = gBS->RaiseTPL (TPL_NOTIFY);
  Status = HostVarsDeviceSend (Message, Total);
  gBS->RestoreTPL (OldTpl);
  return Status;
}

/**
  EFI_MM_COMMUNICATION2_PROTOCOL.Communicate().

  @param[in]     This          Not used.
  @param[in,out] CommPhysical  Not used but for the check: the device only sees
                               the driver's own buffer.
  @param[in,out] CommVirtual   Message in, reply out.
  @param[in,out] CommSize      Optional. Size of the caller's buffer in, bytes
                               of the reply out.

  @retval EFI_SUCCESS            The reply is there; its payload says more.
  @retval EFI_INVALID_PARAMETER  A pointer is NULL.
  @retval EFI_BAD_BUFFER_SIZE    Empty or too long; MessageLength is set to the
                                 maximum where it was at fault.
  @return See HostVarsDeviceSend() for the rest.
**/
STATIC
EFI_STATUS
EFIAPI
Communicate (
  IN     CONST EFI_MM_COMMUNICATION2_PROTOCOL  *This,
  IN OUT VOID                                  *CommPhysical,
  IN OUT VOID                                  *CommVirtual,
  IN OUT UINTN                                 *CommSize OPTIONAL
  )
{
  EFI_MM_COMMUNICATE_HEADER  *Header;
  EFI_STATUS                 Status;
  UINTN                      Total;

  if ((CommPhysical == NULL) || (CommVirtual == NULL)) {
    return EFI_INVALID_PARAMETER;
  }

  if ((CommSize != NULL) &&
      ((*CommSize < HOST_VARS_HEADER_SIZE) || (*CommSize > HOST_VARS_BUFFER_SIZE)))
  {
    DEBUG ((DEBUG_ERROR, "HostVars: refusing a buffer of 0x%Lx bytes\n", (UINT64)*CommSize));
    return EFI_BAD_BUFFER_SIZE;
  }

  Header = CommVirtual;
  if ((Header->MessageLength == 0) ||
      (Header->MessageLength > HOST_VARS_BUFFER_SIZE - HOST_VARS_HEADER_SIZE))
  {
    DEBUG ((DEBUG_ERROR, "HostVars: refusing a message of 0x%Lx bytes\n", (UINT64)Header->MessageLength));
    Header->MessageLength = HOST_VARS_BUFFER_SIZE - HOST_VARS_HEADER_SIZE;
    return EFI_BAD_BUFFER_SIZE;
  }

  Total = HOST_VARS_HEADER_SIZE + Header->MessageLength;
  if ((CommSize != NULL) && (Total > *CommSize)) {
    DEBUG ((DEBUG_ERROR, "HostVars: message longer than its buffer\n"));
    return EFI_BAD_BUFFER_SIZE;
  }

  Status = SendAlone (CommVirtual, Total);
  if (!EFI_ERROR (Status) && (CommSize != NULL)) {
    *CommSize = Total;
  }

  return Status;
}

STATIC EFI_MM_COMMUNICATION2_PROTOCOL  mCommunication = {
  Communicate
};

/**
  Tell the host that the boot has reached a phase.

  @param[in] Event    Not used.
  @param[in] Context  GUID of the event group, also the GUID of the message.
**/
STATIC
VOID
EFIAPI
ForwardEvent (
  IN EFI_EVENT  Event,
  IN VOID       *Context
  )
{
  EFI_MM_COMMUNICATE_HEADER  Message;

  ZeroMem (&Message, sizeof (Message));
  CopyGuid (&Message.HeaderGuid, Context);
  Message.MessageLength = 1;

  //
  // Nothing to do about a failure; HostVarsDeviceSend() has logged it.
  //
  SendAlone (&Message, HOST_VARS_HEADER_SIZE + 1);
}

/**
  Follow the OS to its virtual addresses.

  @param[in] Event    Not used.
  @param[in] Context  Not used.
**/
STATIC
VOID
EFIAPI
GoVirtual (
  IN EFI_EVENT  Event,
  IN VOID       *Context
  )
{
  HostVarsDeviceGoVirtual ();
  EfiConvertPointer (0, (VOID **)&mCommunication.Communicate);
}

/**
  Have a function called for an event group.

  @param[in] Tpl      Level of the call.
  @param[in] Notify   Function.
  @param[in] Group    Event group, also given to the function as its context.

  @retval EFI_SUCCESS  Registered for good: the event is never closed.
  @return What CreateEventEx() says.
**/
STATIC
EFI_STATUS
Subscribe (
  IN EFI_TPL           Tpl,
  IN EFI_EVENT_NOTIFY  Notify,
  IN EFI_GUID          *Group
  )
{
  EFI_EVENT  Event;

  return gBS->CreateEventEx (EVT_NOTIFY_SIGNAL, Tpl, Notify, Group, Group, &Event);
}

/**
  Register for the boot phases and for the switch to virtual addresses.

  The phases go out at TPL_CALLBACK, after what runs at TPL_NOTIFY: the last
  boot-time writes of other drivers come first.

  @retval EFI_SUCCESS  All registered.
  @return What CreateEventEx() says about the first that failed.
**/
STATIC
EFI_STATUS
SubscribeAll (
  VOID
  )
{
  STATIC EFI_GUID  *CONST Phases[] = {
    &gEfiEndOfDxeEventGroupGuid,
    &gEfiEventReadyToBootGuid,
    &gEfiEventExitBootServicesGuid
  };
  EFI_STATUS              Status;
  UINTN                   Index;

  for (Index = 0; Index < ARRAY_SIZE (Phases); Index++) {
    Status = Subscribe (TPL_CALLBACK, ForwardEvent, Phases[Index]);
    if (EFI_ERROR (Status)) {
      return Status;
    }
  }

  return Subscribe (TPL_NOTIFY, GoVirtual, &gEfiEventVirtualAddressChangeGuid);
}

/**
  Entry point. Returns only with a working variable service.

  @param[in] ImageHandle  Handle of the driver.
  @param[in] SystemTable  Not used.

  @retval EFI_SUCCESS  Always.
**/
EFI_STATUS
EFIAPI
HostVarsEntry (
  IN EFI_HANDLE        ImageHandle,
  IN EFI_SYSTEM_TABLE  *SystemTable
  )
{
  CONST CHAR8  *Problem;
  EFI_STATUS   Status;
  EFI_HANDLE   Handle;
  UINT64       Base;

  Problem = HostVarsDiscover (&Base);
  if (Problem != NULL) {
    HostVarsStop ("%a", Problem);
  }

  HostVarsDeviceStart (Base);
  Status = SubscribeAll ();
  if (EFI_ERROR (Status)) {
    HostVarsStop ("cannot register for events: %r", Status);
  }

  //
  // The variable driver starts with the first, reads with the second, and
  // writes with the third. The latter two are mere signals.
  //
  Handle = NULL;
  Status = gBS->InstallMultipleProtocolInterfaces (
                  &Handle,
                  &gEfiMmCommunication2ProtocolGuid,
                  &mCommunication,
                  &gEfiSmmVariableProtocolGuid,
                  NULL,
                  &gSmmVariableWriteGuid,
                  NULL,
                  NULL
                  );
  if (EFI_ERROR (Status)) {
    HostVarsStop ("cannot install the protocols: %r", Status);
  }

  return EFI_SUCCESS;
}
