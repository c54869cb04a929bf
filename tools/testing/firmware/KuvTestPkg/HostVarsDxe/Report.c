// SPDX-License-Identifier: BSD-2-Clause-Patent
// The one message a user must see in every build: why the firmware stopped.

#include "HostVarsDxe.h"

#include <Library/BaseLib.h>
#include <Library/IoLib.h>
#include <Library/PcdLib.h>
#include <Library/PrintLib.h>
#include <Library/SerialPortLib.h>

VOID
EFIAPI
HostVarsStop (
  IN CONST CHAR8  *Format,
  ...
  )
{
  VA_LIST  Args;
  CHAR8    Reason[160];
  CHAR8    Line[256];
  UINTN    Length;

  VA_START (Args, Format);
  AsciiVSPrint (Reason, sizeof (Reason), Format, Args);
  VA_END (Args);
  Length = AsciiSPrint (
             Line,
             sizeof (Line),
             "\r\nHostVars: no variable service: %a. Stopped, this firmware needs one.\r\n",
             Reason
             );

  //
  // Both are plain port writes, harmless where nothing listens.
  //
  IoWriteFifo8 (FixedPcdGet16 (PcdDebugIoPort), Length, Line);
  SerialPortInitialize ();
  SerialPortWrite ((UINT8 *)Line, Length);
  CpuDeadLoop ();
}
